#pragma once

#include <napi.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "common/failure.h"

namespace hvkit {

/// Text for C, which ends at the first NUL: a string that holds one is refused.
inline std::string TextOf(const Napi::Value& value, const std::string& which) {
  if (!value.IsString()) throw InvalidArgument(which + ": a string is wanted");
  std::string text = value.As<Napi::String>();
  if (text.find('\0') != std::string::npos) throw InvalidArgument(which + ": a string without a NUL byte is wanted");
  return text;
}

inline std::string TextArgument(const Napi::CallbackInfo& info, size_t index) {
  return TextOf(info[index], "argument " + std::to_string(index + 1));
}

inline std::vector<std::string> TextsArgument(const Napi::CallbackInfo& info, size_t index) {
  const std::string which = "argument " + std::to_string(index + 1);
  if (!info[index].IsArray()) throw InvalidArgument(which + ": a list of strings is wanted");
  const auto list = info[index].As<Napi::Array>();
  std::vector<std::string> texts;
  for (uint32_t item = 0; item < list.Length(); ++item) {
    const Napi::HandleScope scope(info.Env());
    texts.push_back(TextOf(list.Get(item), which + ", item " + std::to_string(item + 1)));
  }
  return texts;
}

/// A whole number that is not negative.
inline uint32_t CountArgument(const Napi::CallbackInfo& info, size_t index) {
  const double number = info[index].IsNumber() ? info[index].As<Napi::Number>().DoubleValue() : -1;
  // Written so that NaN fails it.
  if (!(number >= 0 && number <= std::numeric_limits<uint32_t>::max()) || std::trunc(number) != number) {
    throw InvalidArgument("argument " + std::to_string(index + 1) + ": a whole number is wanted");
  }
  return static_cast<uint32_t>(number);
}

}  // namespace hvkit
