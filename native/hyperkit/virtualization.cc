#include "hyperkit/virtualization.h"

#include <chrono>
#include <string>
#include <system_error>

#include "common/arguments.h"
#include "common/failure.h"
#include "common/promise_job.h"
#include "hyperkit/module.h"
#include "hyperkit/trial.h"

namespace hvkit::hyperkit {

namespace {

Value ToValue(const Trial& trial) {
  return Value::Fields{
      {"step", trial.step},
      {"error", trial.error == 0 ? Value(Value::Null{}) : Value(std::generic_category().message(trial.error))},
      {"errno", trial.error},
      {"marks", trial.marks},
      {"exit", trial.exit},
      {"exitDetail", static_cast<double>(trial.exit_detail)},
      {"whole", trial.whole},
      {"deadline", trial.deadline},
      {"stuck", trial.stuck},
      {"rounds", trial.rounds},
      {"nanoseconds", static_cast<double>(trial.nanoseconds)},
  };
}

}  // namespace

Napi::Value TryHypervisorAsync(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const std::string device = TextArgument(info, 0);
    const std::chrono::milliseconds deadline(CountArgument(info, 1));
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue, [device, deadline]() -> Value {
      try {
        return ToValue(TryHypervisor(device, deadline));
      } catch (const std::system_error& error) {
        throw Failure("ERR_NO_THREAD", error.what());
      }
    });
  });
}

}  // namespace hvkit::hyperkit
