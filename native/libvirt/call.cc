#include "libvirt/call.h"

namespace hvkit::libvirt {

namespace {

std::unique_ptr<ReadCall> ReadFrom(const Napi::CallbackInfo& info, ReadArguments read) {
  const auto& entry = *static_cast<const CallEntry*>(info.Data());
  if (entry.function == nullptr) {
    throw Failure("ERR_LIBVIRT_TOO_OLD", std::string(entry.name) + " is not in the libvirt of this machine");
  }
  Reader arguments(info, entry.name);
  return read(arguments, entry);
}

}  // namespace

Napi::Value CallAsync(const Napi::CallbackInfo& info, ReadArguments read, JobQueue::Beside beside) {
  return Promised(info.Env(), [&info, read, beside]() -> Napi::Value {
    auto call = ReadFrom(info, read);
    JobQueue& queue = call->connection()->queue();
    return RunAsync(
        info.Env(), Module::Of(info.Env()).loop, queue,
        [call = std::move(call)] { return call->connection()->Ask([&call] { return call->Run(); }); }, beside);
  });
}

Napi::Value CallSync(const Napi::CallbackInfo& info, ReadArguments read) {
  try {
    return ReadFrom(info, read)->Run().ToJs(info.Env());
  } catch (const Failure& failure) {
    napi_throw(info.Env(), failure.ToValue().ToJs(info.Env()));
    return {};
  }
}

}  // namespace hvkit::libvirt
