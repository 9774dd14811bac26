#include "libvirt/typed_params.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "common/failure.h"
#include "libvirt/error.h"

namespace hvkit::libvirt {

namespace {

[[noreturn]] void Fail(const std::string& name, const std::string& wanted) {
  throw InvalidArgument("parameter \"" + name + "\": " + wanted + " is wanted");
}

template <class T>
T Whole(const std::string& name, Napi::Value value) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(number >= static_cast<double>(std::numeric_limits<T>::min()) &&
        number <= static_cast<double>(std::numeric_limits<T>::max())) ||
      std::trunc(number) != number) {
    Fail(name, "a whole number that fits 32 bits");
  }
  return static_cast<T>(number);
}

Napi::BigInt Big(const std::string& name, Napi::Value value) {
  if (!value.IsBigInt()) Fail(name, "a BigInt");
  return value.As<Napi::BigInt>();
}

long long Signed(const std::string& name, Napi::Value value) {
  bool lossless = false;
  const int64_t number = Big(name, value).Int64Value(&lossless);
  if (!lossless) Fail(name, "a BigInt that fits a long long");
  return number;
}

unsigned long long Unsigned(const std::string& name, Napi::Value value) {
  bool lossless = false;
  const uint64_t number = Big(name, value).Uint64Value(&lossless);
  if (!lossless) Fail(name, "a BigInt that fits an unsigned long long");
  return number;
}

bool IsNegative(Napi::BigInt value) {
  int sign = 0;
  size_t words = 1;
  uint64_t word = 0;
  value.ToWords(&sign, &words, &word);
  return sign != 0;
}

}  // namespace

TypedParams::TypedParams(TypedParams&& other) noexcept { *this = std::move(other); }

TypedParams& TypedParams::operator=(TypedParams&& other) noexcept {
  std::swap(params_, other.params_);
  std::swap(count_, other.count_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

TypedParams TypedParams::Read(Reader& arguments) {
  Napi::Value value = arguments.Next();
  if (!value.IsObject() || value.IsArray()) arguments.Fail("an object of parameters");
  auto object = value.As<Napi::Object>();
  Napi::Array names = object.GetPropertyNames();
  TypedParams params;
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = ReadString(names.Get(i), arguments);
    params.Add(name, object.Get(name), arguments);
  }
  return params;
}

void TypedParams::Add(const std::string& name, Napi::Value value, const Reader& reader) {
  if (!value.IsArray()) return AddOne(name, value, reader);
  auto values = value.As<Napi::Array>();
  for (uint32_t i = 0; i < values.Length(); ++i) AddOne(name, values.Get(i), reader);
}

void TypedParams::AddOne(const std::string& name, Napi::Value value, const Reader& reader) {
  const char* key = name.c_str();
  int status = -1;
  if (value.IsBoolean()) {
    status = virTypedParamsAddBoolean(&params_, &count_, &capacity_, key, value.As<Napi::Boolean>() ? 1 : 0);
  } else if (value.IsString()) {
    status = virTypedParamsAddString(&params_, &count_, &capacity_, key, ReadString(value, reader).c_str());
  } else if (value.IsBigInt()) {
    status = IsNegative(value.As<Napi::BigInt>())
                 ? virTypedParamsAddLLong(&params_, &count_, &capacity_, key, Signed(name, value))
                 : virTypedParamsAddULLong(&params_, &count_, &capacity_, key, Unsigned(name, value));
  } else if (value.IsNumber()) {
    status = value.As<Napi::Number>().DoubleValue() < 0
                 ? virTypedParamsAddInt(&params_, &count_, &capacity_, key, Whole<int>(name, value))
                 : virTypedParamsAddUInt(&params_, &count_, &capacity_, key, Whole<unsigned int>(name, value));
  } else if (value.IsObject()) {
    auto typed = value.As<Napi::Object>();
    if (typed.Has("int")) {
      status = virTypedParamsAddInt(&params_, &count_, &capacity_, key, Whole<int>(name, typed.Get("int")));
    } else if (typed.Has("uint")) {
      status = virTypedParamsAddUInt(&params_, &count_, &capacity_, key, Whole<unsigned int>(name, typed.Get("uint")));
    } else if (typed.Has("llong")) {
      status = virTypedParamsAddLLong(&params_, &count_, &capacity_, key, Signed(name, typed.Get("llong")));
    } else if (typed.Has("ullong")) {
      status = virTypedParamsAddULLong(&params_, &count_, &capacity_, key, Unsigned(name, typed.Get("ullong")));
    } else if (typed.Has("double") && typed.Get("double").IsNumber()) {
      status = virTypedParamsAddDouble(&params_, &count_, &capacity_, key,
                                       typed.Get("double").As<Napi::Number>().DoubleValue());
    } else {
      Fail(name, "one of {int}, {uint}, {llong}, {ullong}, {double}");
    }
  } else {
    Fail(name, "a boolean, string, number, BigInt or typed value");
  }
  if (status < 0) throw LastFailure("virTypedParamsAdd");
}

Value TypedParamsToValue(const virTypedParameter* params, int count) {
  Value::Fields fields;
  fields.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    const virTypedParameter& param = params[i];
    const auto value = [&param]() -> Value {
      switch (param.type) {
        case VIR_TYPED_PARAM_INT: return param.value.i;
        case VIR_TYPED_PARAM_UINT: return param.value.ui;
        case VIR_TYPED_PARAM_LLONG: return param.value.l;
        case VIR_TYPED_PARAM_ULLONG: return param.value.ul;
        case VIR_TYPED_PARAM_DOUBLE: return param.value.d;
        case VIR_TYPED_PARAM_BOOLEAN: return param.value.b != 0;
        case VIR_TYPED_PARAM_STRING: return param.value.s;
        default: return {};
      }
    };
    fields.emplace_back(param.field, value());
  }
  return fields;
}

}  // namespace hvkit::libvirt
