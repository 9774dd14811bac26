#include <napi.h>

#include "common/value.h"

namespace hvkit {

namespace {

struct Converter {
  Napi::Env env;

  Napi::Value operator()(std::monostate /*undefined*/) const { return env.Undefined(); }
  Napi::Value operator()(Value::Null /*null*/) const { return env.Null(); }
  Napi::Value operator()(bool value) const { return Napi::Boolean::New(env, value); }
  Napi::Value operator()(double value) const { return Napi::Number::New(env, value); }
  Napi::Value operator()(int64_t value) const { return Napi::BigInt::New(env, value); }
  Napi::Value operator()(uint64_t value) const { return Napi::BigInt::New(env, value); }
  Napi::Value operator()(const std::string& text) const { return Napi::String::New(env, text); }
  Napi::Value operator()(const Value::Bytes& bytes) const {
    return Napi::Buffer<uint8_t>::Copy(env, bytes.data(), bytes.size());
  }
  Napi::Value operator()(const std::shared_ptr<Referenced>& object) const { return object->Wrap(env, object); }

  Napi::Value operator()(const Value::List& list) const {
    Napi::Array array = Napi::Array::New(env, list.size());
    uint32_t index = 0;
    for (const Value& item : list) {
      Napi::HandleScope scope(env);
      array.Set(index++, item.ToJs(env));
    }
    return array;
  }

  Napi::Value operator()(const Value::Fields& fields) const {
    Napi::Object object = Napi::Object::New(env);
    for (const auto& [name, value] : fields) {
      Napi::HandleScope scope(env);
      object.Set(name, value.ToJs(env));
    }
    return object;
  }
};

}  // namespace

Napi::Value Value::ToJs(Napi::Env env) const { return std::visit(Converter{env}, data); }

}  // namespace hvkit
