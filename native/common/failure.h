#pragma once

#include <exception>
#include <string>
#include <utility>

#include "common/value.h"

namespace hvkit {

/// A failure as plain data, thrown where it happens on whichever thread. It reaches JavaScript as an object
/// `{code, message, ...details}`; src/native makes the one HvError of it, which knows the caller's stack.
class Failure : public std::exception {
 public:
  Failure(const char* code, std::string message, Value::Fields details = {})
      : message_(std::move(message)), details_(std::move(details)) {
    details_.emplace_back("code", code);
    details_.emplace_back("message", message_);
  }

  const char* what() const noexcept override { return message_.c_str(); }
  Value ToValue() const { return details_; }

 private:
  std::string message_;
  Value::Fields details_;
};

inline Failure InvalidArgument(const std::string& message) { return {"ERR_INVALID_ARGUMENT", message}; }

}  // namespace hvkit
