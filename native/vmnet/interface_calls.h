#pragma once

#include <napi.h>

namespace hvkit::vmnet {

/// `macOf(uuid)`: a promise of the MAC, six bytes, of the interface for these sixteen.
Napi::Value MacOfAsync(const Napi::CallbackInfo& info);

}  // namespace hvkit::vmnet
