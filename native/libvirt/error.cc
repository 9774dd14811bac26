#include "libvirt/error.h"

#include <libvirt/virterror.h>

#include <cstring>
#include <string>
#include <utility>
#include <variant>

namespace hvkit::libvirt {

namespace {

// libvirt quotes the line of XML that does not parse, which may be all of a document of many megabytes, and underlines
// it.
constexpr size_t kLongestText = 4096;

Value Clipped(const char* text) {
  if (text == nullptr) return Value::Null{};
  std::string clipped(text, strnlen(text, kLongestText + 1));
  if (clipped.size() <= kLongestText) return clipped;
  size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(clipped[end]) & 0xC0) == 0x80) --end;  // not within a character
  return clipped.substr(0, end) + " [...]";
}

}  // namespace

Failure LastFailure(const char* call) {
  const virError* error = virGetLastError();
  Value::Fields details;
  details.emplace_back("call", call);
  if (error == nullptr)
    return {"ERR_LIBVIRT", std::string(call) + " failed and libvirt does not say why", std::move(details)};
  details.emplace_back("number", error->code);
  details.emplace_back("domain", error->domain);
  details.emplace_back("level", static_cast<int>(error->level));
  Value::List strings;
  for (const char* text : {error->str1, error->str2, error->str3}) strings.push_back(Clipped(text));
  details.emplace_back("strings", std::move(strings));
  Value::List integers;
  for (const int number : {error->int1, error->int2}) integers.emplace_back(number);
  details.emplace_back("integers", std::move(integers));
  const char* message = error->message != nullptr ? error->message : "no message";
  return {"ERR_LIBVIRT", std::get<std::string>(Clipped(message).data), std::move(details)};
}

void SilenceErrorOutput() {
  virSetErrorFunc(nullptr, [](void* /*data*/, virErrorPtr /*error*/) {});
}

}  // namespace hvkit::libvirt
