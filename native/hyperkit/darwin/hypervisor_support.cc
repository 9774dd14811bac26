#include "hyperkit/hypervisor_support.h"

#include <sys/sysctl.h>

#include <cstddef>

#include "common/promise_job.h"
#include "hyperkit/module.h"

namespace hvkit::hyperkit {

Napi::Value HypervisorSupportAsync(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue, []() -> Value {
      int supported = 0;
      size_t size = sizeof supported;
      // A system without Hypervisor.framework knows no such name.
      if (sysctlbyname("kern.hv_support", &supported, &size, nullptr, 0) != 0) return Value::Null{};
      return supported != 0;
    });
  });
}

}  // namespace hvkit::hyperkit
