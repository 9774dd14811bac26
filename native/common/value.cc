#include "common/value.h"

namespace hvkit {

Value::Value() = default;
Value::~Value() = default;
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::Value(Null null) : data(null) {}
Value::Value(std::string text) : data(std::move(text)) {}
Value::Value(Bytes bytes) : data(std::move(bytes)) {}
Value::Value(List list) : data(std::move(list)) {}
Value::Value(Fields fields) : data(std::move(fields)) {}
Value::Value(std::shared_ptr<Referenced> object) : data(std::move(object)) {}
Value::Value(const char* text) {
  if (text == nullptr) {
    data = Null{};
  } else {
    data = std::string(text);
  }
}

}  // namespace hvkit
