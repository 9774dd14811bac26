#pragma once

#include <libvirt/libvirt.h>
#include <napi.h>

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/promise_job.h"
#include "libvirt/error.h"
#include "libvirt/module.h"
#include "libvirt/slots.h"

/// Binds C functions to JavaScript by their own types: a call is one line in a table of calls/.
///
/// In JavaScript the function has C's name, takes the input parameters in C's order and returns a promise of the
/// result: what the function returns, or its output parameters if it has any (one: itself; several: an array in C's
/// order).
namespace hvkit::libvirt {

struct CallEntry {
  const char* name;
  Napi::Value (*invoke)(const Napi::CallbackInfo&);
  void* function;  // null: the linked library does not have it
};
using CallTable = std::vector<CallEntry>;

/// What a function returns, and how it says that it failed.
template <class Returned>
struct Result;

template <>
struct Result<int> {
  static bool Failed(int returned) { return returned < 0; }
  static Value Take(int returned, const Outcome& /*outcome*/) { return returned; }
};
template <>
struct Result<unsigned long> {
  static bool Failed(unsigned long returned) { return returned == 0; }
  static Value Take(unsigned long returned, const Outcome& /*outcome*/) { return returned; }
};
template <>
struct Result<unsigned long long> {
  static bool Failed(unsigned long long returned) { return returned == 0; }
  static Value Take(unsigned long long returned, const Outcome& /*outcome*/) { return returned; }
};
template <>
struct Result<char*> {
  static bool Failed(const char* returned) { return returned == nullptr; }
  static Value Take(char* returned, const Outcome& /*outcome*/) { return Owned<char>(returned).get(); }
};
/// Text that belongs to the object.
template <>
struct Result<const char*> {
  static bool Failed(const char* returned) { return returned == nullptr; }
  static Value Take(const char* returned, const Outcome& /*outcome*/) { return returned; }
};
template <class Object>
struct Result<Object*> {
  static bool Failed(Object* returned) { return returned == nullptr; }
  static Value Take(Object* returned, const Outcome& outcome) { return Own(returned, outcome.connection); }
};

template <class Slots>
struct HasOutputs;
template <class... Slot>
struct HasOutputs<std::tuple<Slot...>> : std::bool_constant<(Slot::kOutput || ...)> {};

/// A call whose arguments have been read.
class ReadCall {
 public:
  ReadCall() = default;
  virtual ~ReadCall() = default;
  ReadCall(const ReadCall&) = delete;
  ReadCall& operator=(const ReadCall&) = delete;
  virtual Value Run() = 0;
  /// Of the object that it is a method of.
  virtual const std::shared_ptr<Connection>& connection() const = 0;
};
using ReadArguments = std::unique_ptr<ReadCall> (*)(Reader&, const CallEntry&);

/// A promise; the call runs on a thread of its object's connection.
Napi::Value CallAsync(const Napi::CallbackInfo& info, ReadArguments read,
                      JobQueue::Beside beside = JobQueue::Beside::kAny);
/// The result itself, for the few functions that only read a field of the object: no message to a daemon, no lock that
/// is held during one.
Napi::Value CallSync(const Napi::CallbackInfo& info, ReadArguments read);

/// All that has to be compiled once for each type of function. What need not be is in call.cc.
template <class Returned, class... Parameters>
class Call final : public ReadCall {
 public:
  static Napi::Value Async(const Napi::CallbackInfo& info) { return CallAsync(info, Read); }
  static Napi::Value Alone(const Napi::CallbackInfo& info) { return CallAsync(info, Read, JobQueue::Beside::kNone); }
  static Napi::Value Sync(const Napi::CallbackInfo& info) { return CallSync(info, Read); }

  explicit Call(const CallEntry& entry) : entry_(entry) {}
  const std::shared_ptr<Connection>& connection() const override { return std::get<0>(slots_).handle->connection(); }

  Value Run() override {
    auto function = reinterpret_cast<Returned (*)(Parameters...)>(entry_.function);
    Returned returned{};
    do {
      returned =
          std::apply([&](auto&... slot) { return std::apply(function, std::tuple_cat(slot.Parameters()...)); }, slots_);
      if (Result<Returned>::Failed(returned)) throw LastFailure(entry_.name);
    } while (std::apply([](auto&... slot) { return (slot.Again() || ...); }, slots_));
    Outcome outcome{0, connection()};
    if constexpr (!HasOutputs<Slots>::value) {
      return Result<Returned>::Take(returned, outcome);
    } else {
      if constexpr (std::is_same_v<Returned, int>) outcome.returned = returned;
      Value::List results;
      std::apply([&](auto&... slot) { (slot.Write(results, outcome), ...); }, slots_);
      if (results.size() == 1) return std::move(results.front());
      return results;
    }
  }

 private:
  using Slots = SlotsOf<Parameters...>;

  static std::unique_ptr<ReadCall> Read(Reader& arguments, const CallEntry& entry) {
    auto call = std::make_unique<Call>(entry);
    std::apply([&](auto&... slot) { (slot.Read(arguments), ...); }, call->slots_);
    return call;
  }

  const CallEntry& entry_;
  Slots slots_;
};

template <class Returned, class... Parameters>
CallEntry Bind(const char* name, Returned (*function)(Parameters...)) {
  return {name, Call<Returned, Parameters...>::Async, reinterpret_cast<void*>(function)};
}

template <class Returned, class... Parameters>
CallEntry BindAlone(const char* name, Returned (*function)(Parameters...)) {
  return {name, Call<Returned, Parameters...>::Alone, reinterpret_cast<void*>(function)};
}

template <class Returned, class... Parameters>
CallEntry BindSync(const char* name, Returned (*function)(Parameters...)) {
  return {name, Call<Returned, Parameters...>::Sync, reinterpret_cast<void*>(function)};
}

/// The address of a function that is newer than libvirt 6.0, which is all that a prebuilt addon may link.
void* FindInLibvirt(const char* name);

template <class Signature>
struct Newer;
template <class Returned, class... Parameters>
struct Newer<Returned(Parameters...)> {
  static CallEntry Bind(const char* name) { return {name, Call<Returned, Parameters...>::Async, FindInLibvirt(name)}; }
};

/// A call that no slot can express, written out in calls/: `prepare(Reader&)` takes the arguments after the object on
/// the JavaScript thread and returns the body, `Value(const Handle<Pointer>&)`, that the job runs.
template <class Pointer, class Prepare>
Napi::Value CallByHand(const Napi::CallbackInfo& info, Prepare prepare) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    Reader arguments(info);
    auto handle = ReadHandle<Pointer>(arguments);
    auto body = prepare(arguments);
    JobQueue& queue = handle->connection()->queue();
    return RunAsync(info.Env(), Module::Of(info.Env()).loop, queue,
                    [handle = std::move(handle), body = std::move(body)]() -> Value {
                      return handle->connection()->Ask([&] { return body(*handle); });
                    });
  });
}

/// The UUID of an object, kept in the object itself.
template <class Pointer, int (*kGet)(Pointer, char*)>
Napi::Value UuidOf(const Napi::CallbackInfo& info) {
  const auto* entry = static_cast<const CallEntry*>(info.Data());
  try {
    Reader arguments(info);
    char text[VIR_UUID_STRING_BUFLEN];
    if (kGet(ReadHandle<Pointer>(arguments)->pointer(), text) < 0) throw LastFailure(entry->name);
    return Napi::String::New(info.Env(), text);
  } catch (const Failure& failure) {
    napi_throw(info.Env(), failure.ToValue().ToJs(info.Env()));
    return {};
  }
}

#define HVKIT_UUID(Type) {"vir" #Type "GetUUIDString", UuidOf<vir##Type##Ptr, vir##Type##GetUUIDString>, nullptr}
#define HVKIT_BY_HAND(function, implementation) {#function, implementation, nullptr}
#define HVKIT_CALL(function) Bind(#function, function)
/// Beside no other of its connection.
#define HVKIT_ALONE(function) BindAlone(#function, function)
#define HVKIT_SYNC(function) BindSync(#function, function)

}  // namespace hvkit::libvirt
