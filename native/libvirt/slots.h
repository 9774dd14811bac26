#pragma once

#include <libvirt/libvirt.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/value.h"
#include "libvirt/convert.h"
#include "libvirt/handle.h"
#include "libvirt/read.h"
#include "libvirt/typed_params.h"

/// How the parameters of a C function become arguments and results in JavaScript. A slot stands for one parameter, or
/// for several that belong together, and has
///
///     void Read(Reader&)                  JavaScript thread: take the argument, if it is an input
///     auto Parameters()                   job's thread: what C is called with, as a tuple
///     bool Again()                        after a call: is another one wanted, now that the size is known?
///     void Write(Value::List&, Results)   job's thread, after success: append the result, if it is an output
///
/// Which slot a parameter gets follows from its C type (SlotsOf, at the end): const char* is a string in, int* a number
/// out, virDomainPtr** with the returned count a list of handles, and so on. A function whose types mean something else
/// is bound by hand in calls/.
///
/// Slots stay where they were made: C holds pointers into them.
namespace hvkit::libvirt {

/// What an output slot may need to know of the call.
struct Outcome {
  int returned = 0;  // the int the function returned, a count for lists
  std::shared_ptr<Connection> connection;
};

struct Slot {
  Slot() = default;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
};

struct InputSlot : Slot {
  static constexpr bool kOutput = false;
  bool Again() const { return false; }
  void Write(Value::List& /*results*/, const Outcome& /*outcome*/) {}
};

struct OutputSlot : Slot {
  static constexpr bool kOutput = true;
  void Read(Reader& /*arguments*/) {}
  bool Again() const { return false; }
};

/// Memory that libvirt allocated and its caller frees.
struct FreeDeleter {
  void operator()(void* memory) const { free(memory); }  // NOLINT(cppcoreguidelines-no-malloc)
};
template <class T>
using Owned = std::unique_ptr<T, FreeDeleter>;

// ---- inputs

/// As OpenHandle, with the argument's position in the failure.
template <class Pointer>
std::shared_ptr<Handle<Pointer>> ReadHandle(Reader& arguments) {
  Napi::Value value = arguments.NextHandle();
  if (!Cell::Is(value, Kind<Pointer>::kTag))
    arguments.Fail(std::string("a handle of a libvirt ") + Kind<Pointer>::kName);
  return OpenHandle<Pointer>(value);
}

template <class T>
struct IntegerIn : InputSlot {
  T value{};
  void Read(Reader& arguments) { value = arguments.Integer<T>(); }
  auto Parameters() { return std::make_tuple(value); }
};

struct StringIn : InputSlot {
  std::optional<std::string> text;
  void Read(Reader& arguments) { text = arguments.StringForC(); }
  auto Parameters() { return std::make_tuple(text ? text->c_str() : nullptr); }
};

/// const char** and its count.
struct StringsIn : InputSlot {
  std::vector<std::string> strings;
  std::vector<const char*> pointers;
  void Read(Reader& arguments) { strings = arguments.Strings(); }
  auto Parameters() {
    pointers.clear();
    for (const std::string& text : strings) pointers.push_back(text.c_str());
    return std::make_tuple(pointers.empty() ? nullptr : pointers.data(), static_cast<unsigned int>(pointers.size()));
  }
};

/// unsigned char* (or const) and its length.
template <class Byte, class Length>
struct BytesIn : InputSlot {
  std::vector<uint8_t> bytes;
  void Read(Reader& arguments) { bytes = arguments.Bytes(); }
  auto Parameters() { return std::make_tuple(static_cast<Byte*>(bytes.data()), static_cast<Length>(bytes.size())); }
};

using CpuMapIn = BytesIn<unsigned char, int>;
using SecretIn = BytesIn<const unsigned char, size_t>;

template <class Pointer>
struct HandleIn : InputSlot {
  std::shared_ptr<Handle<Pointer>> handle;
  void Read(Reader& arguments) { handle = ReadHandle<Pointer>(arguments); }
  auto Parameters() { return std::make_tuple(handle->pointer()); }
};

/// virTypedParameterPtr and its count: `{name: value}`.
template <class Count>
struct TypedParamsIn : InputSlot {
  TypedParams params;
  void Read(Reader& arguments) { params = TypedParams::Read(arguments); }
  auto Parameters() { return std::make_tuple(params.data(), static_cast<Count>(params.size())); }
};

// ---- outputs

template <class T>
struct NumberOut : OutputSlot {
  T value{};
  auto Parameters() { return std::make_tuple(&value); }
  void Write(Value::List& results, const Outcome& /*outcome*/) { results.emplace_back(value); }
};

struct StringOut : OutputSlot {
  char* text = nullptr;
  auto Parameters() { return std::make_tuple(&text); }
  void Write(Value::List& results, const Outcome& /*outcome*/) { results.emplace_back(Owned<char>(text).get()); }
};

/// char*** with the returned count.
struct StringsOut : OutputSlot {
  char** strings = nullptr;
  auto Parameters() { return std::make_tuple(&strings); }
  void Write(Value::List& results, const Outcome& outcome) {
    Owned<char*> array(strings);
    Value::List list;
    for (int i = 0; i < outcome.returned; ++i) list.emplace_back(Owned<char>(strings[i]).get());
    results.emplace_back(std::move(list));
  }
};

/// A struct that convert.h knows how to read.
template <class Struct>
struct StructOut : OutputSlot {
  Struct value{};
  auto Parameters() { return std::make_tuple(&value); }
  void Write(Value::List& results, const Outcome& /*outcome*/) { results.push_back(ToValue(value)); }
};

/// The same, followed by its size: how libvirt lets a struct grow.
template <class Struct>
struct SizedStructOut : OutputSlot {
  Struct value{};
  auto Parameters() { return std::make_tuple(&value, sizeof(value)); }
  void Write(Value::List& results, const Outcome& /*outcome*/) { results.push_back(ToValue(value)); }
};

/// An array of new objects, with the returned count.
template <class Pointer>
struct HandlesOut : OutputSlot {
  Pointer* pointers = nullptr;
  auto Parameters() { return std::make_tuple(&pointers); }
  void Write(Value::List& results, const Outcome& outcome) {
    Owned<Pointer> array(pointers);
    Value::List list;
    list.reserve(static_cast<size_t>(outcome.returned));
    for (int i = 0; i < outcome.returned; ++i) list.push_back(Own(pointers[i], outcome.connection));
    results.emplace_back(std::move(list));
  }
};

/// An array of pointers to structs that convert.h knows how to read and to free, with the returned count.
template <class Struct>
struct StructsOut : OutputSlot {
  Struct** structs = nullptr;
  auto Parameters() { return std::make_tuple(&structs); }
  void Write(Value::List& results, const Outcome& outcome) {
    Owned<Struct*> array(structs);
    Value::List list;
    for (int i = 0; i < outcome.returned; ++i) {
      list.push_back(ToValue(*structs[i]));
      FreeStruct(structs[i]);
    }
    results.emplace_back(std::move(list));
  }
};

/// virTypedParameterPtr and int*, filled by libvirt after it was asked how many there are.
struct TypedParamsOut : OutputSlot {
  std::vector<virTypedParameter> params;
  int count = 0;
  bool counted = false;

  ~TypedParamsOut() { virTypedParamsClear(params.data(), static_cast<int>(params.size())); }
  auto Parameters() {
    params.resize(static_cast<size_t>(count));
    return std::make_tuple(params.empty() ? nullptr : params.data(), &count);
  }
  bool Again() { return !std::exchange(counted, true) && count > 0; }
  void Write(Value::List& results, const Outcome& /*outcome*/) {
    results.push_back(TypedParamsToValue(params.data(), count));
  }
};

/// virTypedParameterPtr* and its count: an array that libvirt allocates.
template <class Count>
struct NewTypedParamsOut : OutputSlot {
  virTypedParameterPtr params = nullptr;
  Count count = 0;
  ~NewTypedParamsOut() { virTypedParamsFree(params, static_cast<int>(count)); }
  auto Parameters() { return std::make_tuple(&params, &count); }
  void Write(Value::List& results, const Outcome& /*outcome*/) {
    results.push_back(TypedParamsToValue(params, static_cast<int>(count)));
  }
};

// ---- which slot a parameter gets

template <class... Types>
struct TypeList {};

template <class Parameter>
struct SlotFor;  // no definition: this C type has no meaning of its own, bind the function by hand
template <>
struct SlotFor<int> {
  using Type = IntegerIn<int>;
};
template <>
struct SlotFor<unsigned int> {
  using Type = IntegerIn<unsigned int>;
};
template <>
struct SlotFor<unsigned long> {
  using Type = IntegerIn<unsigned long>;
};
template <>
struct SlotFor<long long> {
  using Type = IntegerIn<long long>;
};
template <>
struct SlotFor<unsigned long long> {
  using Type = IntegerIn<unsigned long long>;
};
template <>
struct SlotFor<const char*> {
  using Type = StringIn;
};
template <>
struct SlotFor<int*> {
  using Type = NumberOut<int>;
};
template <>
struct SlotFor<unsigned int*> {
  using Type = NumberOut<unsigned int>;
};
template <>
struct SlotFor<unsigned long*> {
  using Type = NumberOut<unsigned long>;
};
template <>
struct SlotFor<long long*> {
  using Type = NumberOut<long long>;
};
template <>
struct SlotFor<unsigned long long*> {
  using Type = NumberOut<unsigned long long>;
};
template <>
struct SlotFor<char**> {
  using Type = StringOut;
};
template <>
struct SlotFor<char***> {
  using Type = StringsOut;
};

/// Pointers to libvirt's own types: an object (Kind knows it), or a struct.
template <class Pointer, class = void>
struct IsObject : std::false_type {};
template <class Pointer>
struct IsObject<Pointer, std::void_t<decltype(Kind<Pointer>::kTag)>> : std::true_type {};

template <class T>
struct SlotFor<T*> {
  using Type = std::conditional_t<IsObject<T*>::value, HandleIn<T*>, StructOut<T>>;
};
template <class T>
struct SlotFor<T**> {};
template <class T>
struct SlotFor<T***> {
  using Type = std::conditional_t<IsObject<T*>::value, HandlesOut<T*>, StructsOut<T>>;
};

template <class Slots, class Parameters>
struct Assign;
template <class... Slots>
struct Assign<std::tuple<Slots...>, TypeList<>> {
  using Type = std::tuple<Slots...>;
};
template <class... Slots, class First, class... Rest>
struct Assign<std::tuple<Slots...>, TypeList<First, Rest...>>
    : Assign<std::tuple<Slots..., typename SlotFor<First>::Type>, TypeList<Rest...>> {};

// Parameters that belong together come before the single ones.
#define HVKIT_PAIR(First, Second, Slot)                                 \
  template <class... Slots, class... Rest>                              \
  struct Assign<std::tuple<Slots...>, TypeList<First, Second, Rest...>> \
      : Assign<std::tuple<Slots..., Slot>, TypeList<Rest...>> {};
HVKIT_PAIR(virTypedParameterPtr, int, TypedParamsIn<int>)
HVKIT_PAIR(virTypedParameterPtr, unsigned int, TypedParamsIn<unsigned int>)
HVKIT_PAIR(virTypedParameterPtr, int*, TypedParamsOut)
HVKIT_PAIR(virTypedParameterPtr*, int*, NewTypedParamsOut<int>)
HVKIT_PAIR(virTypedParameterPtr*, unsigned int*, NewTypedParamsOut<unsigned int>)
HVKIT_PAIR(const char**, unsigned int, StringsIn)
HVKIT_PAIR(unsigned char*, int, CpuMapIn)
HVKIT_PAIR(const unsigned char*, size_t, SecretIn)
HVKIT_PAIR(virDomainBlockStatsPtr, size_t, SizedStructOut<virDomainBlockStatsStruct>)
HVKIT_PAIR(virDomainInterfaceStatsPtr, size_t, SizedStructOut<virDomainInterfaceStatsStruct>)
#undef HVKIT_PAIR

template <class... Parameters>
using SlotsOf = typename Assign<std::tuple<>, TypeList<Parameters...>>::Type;

}  // namespace hvkit::libvirt
