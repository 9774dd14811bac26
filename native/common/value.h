#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// Named only: a program without Node is built of this too, and could not link what <napi.h> brings.
namespace Napi {
class Env;
class Value;
}  // namespace Napi

namespace hvkit {

struct Value;

/// Something native that JavaScript holds by reference. Made on any thread, wrapped on the JavaScript thread.
class Referenced {
 public:
  virtual ~Referenced() = default;
  /// `self` is the pointer that shares this object; the JavaScript wrapper keeps it.
  virtual Napi::Value Wrap(Napi::Env env, const std::shared_ptr<Referenced>& self) = 0;
};

/// Plain data on its way from a job or an event to JavaScript, so that no other thread ever sees a V8 type.
///
/// What C calls int or smaller, and double, becomes a number; any 64-bit integer becomes a BigInt, also when it is
/// small: a type that depended on the value would be a bug waiting in every caller.
struct Value {
  using Bytes = std::vector<uint8_t>;
  using List = std::vector<Value>;
  using Fields = std::vector<std::pair<std::string, Value>>;
  struct Null {};

  // Not inline, although all are trivial to write: they are most of what the compiler has to do for a call's table.
  Value();
  ~Value();
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  Value(Null null);                           // NOLINT(google-explicit-constructor)
  Value(std::string text);                    // NOLINT(google-explicit-constructor)
  Value(Bytes bytes);                         // NOLINT(google-explicit-constructor)
  Value(List list);                           // NOLINT(google-explicit-constructor)
  Value(Fields fields);                       // NOLINT(google-explicit-constructor)
  Value(std::shared_ptr<Referenced> object);  // NOLINT(google-explicit-constructor)
  /// NULL becomes null.
  Value(const char* text);  // NOLINT(google-explicit-constructor)
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>>>
  Value(T number) : data(Widened(number)) {}  // NOLINT(google-explicit-constructor)

  Napi::Value ToJs(Napi::Env env) const;

  std::variant<std::monostate, Null, bool, double, int64_t, uint64_t, std::string, Bytes, List, Fields,
               std::shared_ptr<Referenced>>
      data;

 private:
  template <class T>
  static auto Widened(T number) {
    if constexpr (std::is_same_v<T, bool>) {
      return number;
    } else if constexpr (sizeof(T) < sizeof(int64_t) || std::is_floating_point_v<T>) {
      return static_cast<double>(number);
    } else if constexpr (std::is_signed_v<T>) {
      return static_cast<int64_t>(number);
    } else {
      return static_cast<uint64_t>(number);
    }
  }
};

}  // namespace hvkit
