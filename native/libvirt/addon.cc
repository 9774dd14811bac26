#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <napi.h>

#include "libvirt/calls/calls.h"
#include "libvirt/connection.h"
#include "libvirt/event_source.h"
#include "libvirt/handle.h"
#include "libvirt/module.h"

namespace hvkit::libvirt {

void* FindInLibvirt(const char* name) {
#ifdef __APPLE__
  static void* const library = dlopen("libvirt.0.dylib", RTLD_LAZY | RTLD_NOLOAD);
#else
  static void* const library = dlopen("libvirt.so.0", RTLD_LAZY | RTLD_NOLOAD);
#endif
  return library == nullptr ? nullptr : dlsym(library, name);
}

namespace {

void Export(Napi::Env env, Napi::Object exports, const CallTable& table) {
  for (const CallEntry& entry : table) {
    auto* data = const_cast<CallEntry*>(&entry);  // NOLINT(cppcoreguidelines-pro-type-const-cast): read only
    exports.Set(entry.name, Napi::Function::New(env, entry.invoke, entry.name, data));
  }
}

/// The linked library's version, as libvirt counts: 1,000,000 * major + 1,000 * minor + release.
Napi::Value LibraryVersion(const Napi::CallbackInfo& info) {
  unsigned long version = 0;
  virGetVersion(&version, nullptr, nullptr);
  return Napi::Number::New(info.Env(), static_cast<double>(version));
}

/// See EnvLoop::IsAnswerNear.
Napi::Value IsAnswerNear(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Module::Of(info.Env()).loop->IsAnswerNear());
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Module{EnvLoop::Create(env)});
  exports.Set("open", Napi::Function::New(env, Open, "open"));
  exports.Set("close", Napi::Function::New(env, Close, "close"));
  exports.Set("share", Napi::Function::New(env, Share, "share"));
  exports.Set("free", Napi::Function::New(env, Free, "free"));
  exports.Set("isAnswerNear", Napi::Function::New(env, IsAnswerNear, "isAnswerNear"));
  exports.Set("libraryVersion", Napi::Function::New(env, LibraryVersion, "libraryVersion"));
  exports.Set("EventSource", EventSource::Class(env));
  // Shared by all environments of the process and never destroyed: the functions point into it.
  static const auto* tables = new std::vector<CallTable>{
      ConnectionCalls(), ConnectionCallsByHand(), DomainCalls(),   DomainCallsByHand(), SnapshotCalls(),
      CheckpointCalls(), NetworkCalls(),          StorageCalls(),  StreamCalls(),       StreamCallsByHand(),
      InterfaceCalls(),  NodedevCalls(),          NwfilterCalls(), SecretCalls(),       QemuCalls(),
  };
  for (const CallTable& table : *tables) Export(env, exports, table);
  return exports;
}

}  // namespace

}  // namespace hvkit::libvirt

static Napi::Object InitAddon(Napi::Env env, Napi::Object exports) { return hvkit::libvirt::Init(env, exports); }
NODE_API_MODULE(libvirt, InitAddon)
