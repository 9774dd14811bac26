#pragma once

#include <libvirt/libvirt.h>

#include <cstddef>

#include "common/value.h"
#include "libvirt/read.h"

namespace hvkit::libvirt {

/// libvirt's typed parameters on their way in, from `{name: value}`.
///
/// boolean and string say their type themselves; a BigInt is unsigned long long, or long long when negative; a number
/// is unsigned int, or int when negative; `{int: 1}`, `{uint: 1}`, `{llong: 1n}`, `{ullong: 1n}`, `{double: 0.5}` say
/// it outright, which libvirt insists on for a few names. An array gives the same name once per item.
class TypedParams {
 public:
  static TypedParams Read(Reader& arguments);

  TypedParams() = default;
  ~TypedParams() { virTypedParamsFree(params_, count_); }
  TypedParams(TypedParams&& other) noexcept;
  TypedParams& operator=(TypedParams&& other) noexcept;
  TypedParams(const TypedParams&) = delete;
  TypedParams& operator=(const TypedParams&) = delete;

  virTypedParameterPtr data() const { return params_; }
  size_t size() const { return static_cast<size_t>(count_); }

 private:
  void Add(const std::string& name, Napi::Value value, const Reader& reader);
  void AddOne(const std::string& name, Napi::Value value, const Reader& reader);

  virTypedParameterPtr params_ = nullptr;
  int count_ = 0;
  int capacity_ = 0;
};

/// The other way: `{name: value}`, each value as its own type.
Value TypedParamsToValue(const virTypedParameter* params, int count);

}  // namespace hvkit::libvirt
