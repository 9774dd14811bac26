#pragma once

#include <napi.h>

#include <cstddef>
#include <string>

#include "common/failure.h"

namespace hvkit::hyperkit {

/// Text for C, which ends at the first NUL: a string that holds one is refused.
inline std::string TextArgument(const Napi::CallbackInfo& info, size_t index) {
  const std::string which = "argument " + std::to_string(index + 1);
  if (!info[index].IsString()) throw InvalidArgument(which + ": a string is wanted");
  std::string text = info[index].As<Napi::String>();
  if (text.find('\0') != std::string::npos) throw InvalidArgument(which + ": a string without a NUL byte is wanted");
  return text;
}

}  // namespace hvkit::hyperkit
