#include "vmnet/leases/calls.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/arguments.h"
#include "common/promise_job.h"
#include "vmnet/leases/leases.h"
#include "vmnet/module.h"

namespace hvkit::vmnet {

namespace {

Value ToValue(const Lease& lease) {
  return Value::Fields{
      {"name", lease.name},
      {"address", lease.address},
      {"hardware", lease.hardware_text},
      {"hardwareType", lease.hardware.type},
      {"hardwareBytes", lease.hardware.bytes},
      {"identifier", lease.identifier},
      {"expires", static_cast<double>(lease.expires)},
  };
}

Hardware HardwareOf(const std::string& text) {
  Hardware hardware;
  if (!hardware.Parse(text))
    throw InvalidArgument("hardware: a type and octets are wanted, such as 1,8e:1:99:9c:54:b1");
  return hardware;
}

/// A field that holds text; nothing where it is left out.
std::optional<std::string> TextField(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined()) return std::nullopt;
  if (!value.IsString()) throw InvalidArgument(std::string(name) + ": a string is wanted");
  return value.As<Napi::String>().Utf8Value();
}

Napi::Object ObjectOf(const Napi::Value& value, const char* which) {
  if (!value.IsObject()) throw InvalidArgument(std::string(which) + ": an object is wanted");
  return value.As<Napi::Object>();
}

LeaseKey KeyOf(const Napi::Object& object) {
  LeaseKey key;
  const std::optional<std::string> hardware = TextField(object, "hardware");
  if (!hardware) throw InvalidArgument("hardware: a string is wanted");
  key.hardware = HardwareOf(*hardware);
  if (const std::optional<std::string> address = TextField(object, "address")) {
    key.address = ParseIpv4(*address);
    if (!key.address) throw InvalidArgument("address: an IPv4 address is wanted");
  }
  return key;
}

const char* NameOf(Removal removal) {
  switch (removal) {
    case Removal::kDone: return "done";
    case Removal::kLocked: return "locked";
    case Removal::kChanged: break;
  }
  return "changed";
}

}  // namespace

Napi::Value ReadLeasesAsync(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const std::string path = TextArgument(info, 0);
    const size_t most = CountArgument(info, 1);
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue, [path, most]() -> Value {
      Value::List leases;
      size_t more = 0;
      const Pass pass = ReadLeases(path, [&](const Lease& lease, const Extent& /*extent*/) {
        if (leases.size() < most) {
          leases.emplace_back(ToValue(lease));
        } else {
          ++more;
        }
      });
      return Value::Fields{{"leases", std::move(leases)},
                           {"broken", static_cast<double>(pass.broken)},
                           {"more", static_cast<double>(more)},
                           {"missing", pass.missing}};
    });
  });
}

Napi::Value FindLeaseAsync(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const std::string path = TextArgument(info, 0);
    const Napi::Object wanted = ObjectOf(info[1], "argument 2");
    const std::optional<std::string> name = TextField(wanted, "name");
    const std::optional<std::string> text = TextField(wanted, "hardware");
    std::optional<Hardware> hardware;
    if (text) hardware = HardwareOf(*text);
    if (!name && !hardware) throw InvalidArgument("argument 2: a name or hardware is wanted");
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue, [path, name, hardware]() -> Value {
      std::optional<Lease> newest;
      ReadLeases(path, [&](const Lease& lease, const Extent& /*extent*/) {
        if (hardware && !(*hardware == lease.hardware)) return;
        if (name && *name != lease.name) return;
        // Of two that end together the first in the file is the newer one: bootpd puts there what it touches.
        if (!newest || newest->expires < lease.expires) newest = lease;
      });
      return newest ? ToValue(*newest) : Value(Value::Null{});
    });
  });
}

Napi::Value RemoveLeasesAsync(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const std::string path = TextArgument(info, 0);
    if (!info[1].IsArray()) throw InvalidArgument("argument 2: an array is wanted");
    const auto list = info[1].As<Napi::Array>();
    std::vector<LeaseKey> keys;
    for (uint32_t i = 0; i < list.Length(); ++i) keys.push_back(KeyOf(ObjectOf(list.Get(i), "an entry of argument 2")));
    const std::string server = TextArgument(info, 2);
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue, [path, keys, server]() -> Value {
      size_t removed = 0;
      const Removal outcome = RemoveLeases(path, keys, removed, server);
      return Value::Fields{{"outcome", NameOf(outcome)}, {"removed", static_cast<double>(removed)}};
    });
  });
}

}  // namespace hvkit::vmnet
