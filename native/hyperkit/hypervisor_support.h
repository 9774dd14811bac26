#pragma once

#include <napi.h>

namespace hvkit::hyperkit {

/// `hypervisorSupport()`: a promise of whether the system says that it runs guests; null where it does not say.
Napi::Value HypervisorSupportAsync(const Napi::CallbackInfo& info);

}  // namespace hvkit::hyperkit
