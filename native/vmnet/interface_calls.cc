#include "vmnet/interface_calls.h"

#include <algorithm>
#include <array>

#include "common/promise_job.h"
#include "vmnet/module.h"
#include "vmnet/network_interface.h"

namespace hvkit::vmnet {

namespace {

using Uuid = std::array<uint8_t, 16>;

Uuid UuidOf(const Napi::Value& value) {
  Uuid uuid{};
  if (value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array) {
    const auto bytes = value.As<Napi::Uint8Array>();
    if (bytes.ElementLength() == uuid.size()) {
      std::copy_n(bytes.Data(), uuid.size(), uuid.begin());
      return uuid;
    }
  }
  throw InvalidArgument("argument 1: sixteen bytes are wanted");
}

}  // namespace

Napi::Value MacOfAsync(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const Uuid uuid = UuidOf(info[0]);
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue, [uuid]() -> Value {
      const auto mac = NetworkInterface::open(uuid)->facts().mac;
      return Value::Bytes(mac.begin(), mac.end());
    });
  });
}

}  // namespace hvkit::vmnet
