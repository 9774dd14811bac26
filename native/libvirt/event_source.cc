#include "libvirt/event_source.h"

#include <limits>
#include <system_error>
#include <utility>

#include "common/promise_job.h"
#include "libvirt/error.h"
#include "libvirt/module.h"
#include "libvirt/read.h"

namespace hvkit::libvirt {

Napi::Function EventSource::Class(Napi::Env env) {
  return DefineClass(env, "EventSource",
                     {InstanceMethod<&EventSource::Start>("start"), InstanceMethod<&EventSource::Take>("take"),
                      InstanceMethod<&EventSource::Stop>("stop"), InstanceMethod<&EventSource::Hold>("hold")});
}

EventSource::EventSource(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EventSource>(info) {
  Napi::Env env = info.Env();
  try {
    Reader arguments(info);
    const size_t capacity = arguments.Size(std::numeric_limits<uint32_t>::max());
    if (capacity == 0) arguments.Fail("room for at least one event");
    Napi::Value wake = arguments.Next();
    if (!wake.IsFunction()) arguments.Fail("a function");
    queue_ = std::make_shared<EventQueue>(Module::Of(env).loop, capacity);
    queue_->Listen(wake.As<Napi::Function>());
  } catch (const Failure& failure) {
    throw Napi::Error(env, failure.ToValue().ToJs(env));
  }
}

EventSource::~EventSource() {
  if (queue_) queue_->Close();
  if (!registration_) return;
  try {
    registration_->connection()->queue().Post([registration = registration_, queue = queue_]() -> JobQueue::Delivery {
      registration->Forget(queue);
      return nullptr;
    });
  } catch (const std::system_error&) {
    registration_->Forget(queue_);  // no thread to be had
  }
}

Napi::Value EventSource::Start(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    Reader arguments(info);
    const auto connection = OpenHandle<virConnectPtr>(arguments.Next());
    const auto family = arguments.OptionalString();
    const auto id = arguments.Integer<int>();
    Napi::Value object = arguments.Next();
    const EventKind* kind = FindEventKind(family.value_or(""), id);
    if (kind == nullptr) throw InvalidArgument("no such event: " + family.value_or("") + " " + std::to_string(id));
    if (registration_) throw InvalidArgument("this event source was started before");
    // Anything else than null must be an object that is there: events of all would be a surprise.
    const bool all = object.IsNull() || object.IsUndefined();
    registration_ = Registration::Of(*kind, connection, all ? nullptr : Cell::OpenAny(object));
    return RunAsync(info.Env(), Module::Of(info.Env()).loop, connection->connection()->queue(),
                    [registration = registration_, queue = queue_]() -> hvkit::Value {
                      return registration->connection()->Ask([&]() -> hvkit::Value {
                        registration->Add(queue);
                        return {};
                      });
                    });
  });
}

Napi::Value EventSource::Take(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const size_t most = info[0].IsNumber() ? info[0].As<Napi::Number>().Uint32Value() : 1;
  EventQueue::Batch batch = queue_->Take(most);
  return hvkit::Value(
             hvkit::Value::Fields{{"events", std::move(batch.events)}, {"dropped", static_cast<double>(batch.dropped)}})
      .ToJs(env);
}

Napi::Value EventSource::Stop(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  queue_->Close();
  if (std::exchange(held_, false)) Module::Of(env).loop->Release();
  auto registration = std::exchange(registration_, nullptr);
  if (!registration) {
    Napi::Promise::Deferred deferred(env);
    deferred.Resolve(env.Undefined());
    return deferred.Promise();
  }
  JobQueue& queue = registration->connection()->queue();
  return RunAsync(env, Module::Of(env).loop, queue,
                  [registration = std::move(registration), queue = queue_]() -> hvkit::Value {
                    registration->Remove(queue);
                    return {};
                  });
}

Napi::Value EventSource::Hold(const Napi::CallbackInfo& info) {
  // Nothing would release it after Stop, and the process would never end.
  const bool hold = info[0].ToBoolean() && registration_ != nullptr;
  EnvLoop& loop = *Module::Of(info.Env()).loop;
  if (hold && !held_) loop.Hold();
  if (!hold && held_) loop.Release();
  held_ = hold;
  return info.Env().Undefined();
}

}  // namespace hvkit::libvirt
