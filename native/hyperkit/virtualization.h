#pragma once

#include <napi.h>

namespace hvkit::hyperkit {

/// `tryHypervisor(device, milliseconds)`: a promise of what came of it, a Trial.
Napi::Value TryHypervisorAsync(const Napi::CallbackInfo& info);

}  // namespace hvkit::hyperkit
