#include "libvirt/error.h"

#include <libvirt/virterror.h>

#include <utility>

namespace hvkit::libvirt {

Failure LastFailure(const char* call) {
  const virError* error = virGetLastError();
  Value::Fields details;
  details.emplace_back("call", call);
  if (error == nullptr) return {"ERR_LIBVIRT", std::string(call) + " failed and libvirt does not say why", std::move(details)};
  details.emplace_back("number", error->code);
  details.emplace_back("domain", error->domain);
  details.emplace_back("level", static_cast<int>(error->level));
  Value::List strings;
  for (const char* text : {error->str1, error->str2, error->str3}) strings.emplace_back(text);
  details.emplace_back("strings", std::move(strings));
  Value::List integers;
  for (const int number : {error->int1, error->int2}) integers.emplace_back(number);
  details.emplace_back("integers", std::move(integers));
  return {"ERR_LIBVIRT", error->message != nullptr ? error->message : "no message", std::move(details)};
}

void SilenceErrorOutput() {
  virSetErrorFunc(nullptr, [](void* /*data*/, virErrorPtr /*error*/) {});
}

}  // namespace hvkit::libvirt
