#include "hyperkit/process_watch.h"

#include <limits>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "common/arguments.h"
#include "common/failure.h"
#include "common/promise_job.h"
#include "hyperkit/exit_watcher.h"
#include "hyperkit/module.h"
#include "hyperkit/process.h"

namespace hvkit::hyperkit {

namespace {

/// A process ends once.
constexpr size_t kEvents = 1;

Identity IdentityArgument(const Napi::CallbackInfo& info) {
  const uint32_t pid = CountArgument(info, 0);
  if (pid > static_cast<uint32_t>(std::numeric_limits<pid_t>::max())) throw InvalidArgument("argument 1: not a pid");
  return {static_cast<pid_t>(pid), TextArgument(info, 1)};
}

Value ToValue(const Process& process) {
  Value::List arguments(process.arguments.begin(), process.arguments.end());
  return Value::Fields{{"pid", process.identity.pid},
                       {"start", process.identity.start},
                       {"executable", process.executable},
                       {"arguments", std::move(arguments)},
                       {"ended", process.ended}};
}

/// No thread for the watcher is told like no thread for a job.
template <class Body>
auto WithThread(Body body) {
  try {
    return body();
  } catch (const std::system_error& error) {
    throw Failure("ERR_NO_THREAD", error.what());
  }
}

}  // namespace

Napi::Function ProcessWatch::Class(Napi::Env env) {
  return DefineClass(env, "ProcessWatch",
                     {InstanceMethod<&ProcessWatch::Start>("start"), InstanceMethod<&ProcessWatch::Watch>("watch"),
                      InstanceMethod<&ProcessWatch::Take>("take"), InstanceMethod<&ProcessWatch::Stop>("stop"),
                      InstanceMethod<&ProcessWatch::Hold>("hold")});
}

ProcessWatch::ProcessWatch(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ProcessWatch>(info) {
  Napi::Env env = info.Env();
  if (!info[0].IsFunction()) {
    throw Napi::Error(env, InvalidArgument("argument 1: a function is wanted").ToValue().ToJs(env));
  }
  queue_ = std::make_shared<EventQueue>(Module::Of(env).loop, kEvents);
  queue_->Listen(info[0].As<Napi::Function>());
}

ProcessWatch::~ProcessWatch() {
  if (queue_) Close();
}

Napi::Value ProcessWatch::Start(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    Program program;
    program.file = TextArgument(info, 0);
    program.arguments = TextsArgument(info, 1);
    program.environment = TextsArgument(info, 2);
    program.log = TextArgument(info, 3);
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue,
                    [program = std::move(program), queue = queue_]() -> hvkit::Value {
                      return WithThread([&] { return ToValue(ExitWatcher::Get().Start(program, queue)); });
                    });
  });
}

Napi::Value ProcessWatch::Watch(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const Identity identity = IdentityArgument(info);
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue, [identity, queue = queue_]() -> hvkit::Value {
      WithThread([&] { ExitWatcher::Get().Watch(identity, queue); });
      return {};
    });
  });
}

Napi::Value ProcessWatch::Take(const Napi::CallbackInfo& info) {
  EventQueue::Batch batch = queue_->Take(kEvents);
  return batch.events.empty() ? info.Env().Null() : batch.events.front().ToJs(info.Env());
}

Napi::Value ProcessWatch::Stop(const Napi::CallbackInfo& info) {
  if (std::exchange(held_, false)) Module::Of(info.Env()).loop->Release();
  Close();
  return info.Env().Undefined();
}

Napi::Value ProcessWatch::Hold(const Napi::CallbackInfo& info) {
  // Nothing would release it after Stop, and the process would never end.
  const bool hold = info[0].ToBoolean() && !stopped_;
  EnvLoop& loop = *Module::Of(info.Env()).loop;
  if (hold && !held_) loop.Hold();
  if (!hold && held_) loop.Release();
  held_ = hold;
  return info.Env().Undefined();
}

void ProcessWatch::Close() {
  if (std::exchange(stopped_, true)) return;
  queue_->Close();
  ExitWatcher::Forget(queue_);
}

Napi::Value FindProcessAsync(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const uint32_t pid = CountArgument(info, 0);
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue, [pid]() -> Value {
      if (pid > static_cast<uint32_t>(std::numeric_limits<pid_t>::max())) return Value::Null{};
      const std::optional<Process> process = FindProcess(static_cast<pid_t>(pid));
      return process ? ToValue(*process) : Value(Value::Null{});
    });
  });
}

Napi::Value SignalProcessAsync(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const Identity identity = IdentityArgument(info);
    const auto signal = static_cast<int>(CountArgument(info, 2));
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue,
                    [identity, signal]() -> Value { return SignalProcess(identity, signal); });
  });
}

}  // namespace hvkit::hyperkit
