#pragma once

#include <napi.h>

namespace hvkit::hyperkit {

/// `takeLock(path, note)`: a promise of a handle, or of null if somebody else holds the lock.
Napi::Value TakeLock(const Napi::CallbackInfo& info);

/// `releaseLock(handle)`: now, and not when the handle is collected or its environment ends. A second time does
/// nothing.
Napi::Value ReleaseLock(const Napi::CallbackInfo& info);

}  // namespace hvkit::hyperkit
