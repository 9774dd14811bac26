#include "libvirt/read.h"

#include <cmath>

#include "common/failure.h"
#include "libvirt/nullable.h"

namespace hvkit::libvirt {

namespace {

/// UTF-8 has no form for half of a surrogate pair, so V8 writes U+FFFD in its place.
bool IsWellFormed(const std::u16string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool high = text[i] >= 0xD800 && text[i] <= 0xDBFF;
    const bool low = text[i] >= 0xDC00 && text[i] <= 0xDFFF;
    if (low) return false;
    if (!high) continue;
    ++i;
    if (i == text.size() || text[i] < 0xDC00 || text[i] > 0xDFFF) return false;
  }
  return true;
}

constexpr const char* kReplacementCharacter = "\xEF\xBF\xBD";

}  // namespace

void Reader::Fail(const std::string& wanted) const {
  const size_t position = next_ - objects_;
  throw InvalidArgument((position == 0 ? "the object" : "argument " + std::to_string(position)) + ": " + wanted +
                        " is wanted");
}

std::string ReadString(Napi::Value value, const Reader& reader) {
  if (!value.IsString()) reader.Fail("a string");
  std::string text = value.As<Napi::String>();
  if (text.find('\0') != std::string::npos) reader.Fail("a string without a NUL byte");
  if (text.find(kReplacementCharacter) != std::string::npos && !IsWellFormed(value.As<Napi::String>())) {
    reader.Fail("a string without half of a surrogate pair");
  }
  return text;
}

std::string Reader::String() { return ReadString(Next(), *this); }

std::optional<std::string> Reader::StringForC() {
  return TakesNull(function_, next_ + 1) ? OptionalString() : String();
}

std::optional<std::string> Reader::OptionalString() {
  Napi::Value value = Next();
  if (value.IsUndefined() || value.IsNull()) return std::nullopt;
  return ReadString(value, *this);
}

std::vector<std::string> Reader::Strings() {
  Napi::Value value = Next();
  if (!value.IsArray()) Fail("an array of strings");
  auto array = value.As<Napi::Array>();
  // Nothing is reserved: a length of 4 billion costs nothing in JavaScript.
  std::vector<std::string> strings;
  for (uint32_t i = 0; i < array.Length(); ++i) strings.push_back(ReadString(array.Get(i), *this));
  return strings;
}

std::vector<uint8_t> Reader::Bytes() {
  Napi::Value value = Next();
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    Fail("a Buffer or Uint8Array");
  }
  auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.Data() + array.ByteLength()};
}

std::vector<int> Reader::Integers() {
  Napi::Value value = Next();
  if (!value.IsArray()) Fail("an array of whole numbers");
  auto array = value.As<Napi::Array>();
  std::vector<int> integers;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    integers.push_back(
        static_cast<int>(Whole(array.Get(i), std::numeric_limits<int>::min(), std::numeric_limits<int>::max())));
  }
  return integers;
}

size_t Reader::Size(size_t most) { return static_cast<size_t>(Whole(Next(), 0, static_cast<int64_t>(most))); }

double Reader::Double() {
  Napi::Value value = Next();
  if (!value.IsNumber()) Fail("a number");
  return value.As<Napi::Number>().DoubleValue();
}

int64_t Reader::Whole(Napi::Value value, int64_t low, int64_t high) const {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  // The comparison is written so that NaN fails it.
  if (!(number >= static_cast<double>(low) && number <= static_cast<double>(high)) || std::trunc(number) != number) {
    Fail("a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return static_cast<int64_t>(number);
}

namespace {
constexpr double kMaxSafeInteger = 9007199254740991;

bool IsSafeInteger(double number) { return std::abs(number) <= kMaxSafeInteger && std::trunc(number) == number; }
}  // namespace

int64_t Reader::Int64() {
  Napi::Value value = Next();
  if (value.IsBigInt()) {
    bool lossless = false;
    const int64_t number = value.As<Napi::BigInt>().Int64Value(&lossless);
    if (lossless) return number;
  } else if (value.IsNumber() && IsSafeInteger(value.As<Napi::Number>().DoubleValue())) {
    return value.As<Napi::Number>().Int64Value();
  }
  Fail("a BigInt of 64 bits, or a safe integer,");
}

uint64_t Reader::Uint64() {
  Napi::Value value = Next();
  if (value.IsBigInt()) {
    bool lossless = false;
    const uint64_t number = value.As<Napi::BigInt>().Uint64Value(&lossless);
    if (lossless) return number;
  } else if (value.IsNumber() && IsSafeInteger(value.As<Napi::Number>().DoubleValue()) &&
             value.As<Napi::Number>().DoubleValue() >= 0) {
    return static_cast<uint64_t>(value.As<Napi::Number>().Int64Value());
  }
  Fail("a BigInt from 0 to 2^64-1, or a safe integer not below 0,");
}

}  // namespace hvkit::libvirt
