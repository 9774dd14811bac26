#include <napi.h>

#include "vmnet/leases/calls.h"
#include "vmnet/module.h"
#ifdef __APPLE__
#include "vmnet/interface_calls.h"
#endif

namespace hvkit::vmnet {

namespace {

/// The table of leases is small and local: more at once would only wait for each other.
constexpr size_t kThreads = 2;

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Module{EnvLoop::Create(env), JobQueue::Create(kThreads)});
  exports.Set("readLeases", Napi::Function::New(env, ReadLeasesAsync, "readLeases"));
  exports.Set("findLease", Napi::Function::New(env, FindLeaseAsync, "findLease"));
  exports.Set("removeLeases", Napi::Function::New(env, RemoveLeasesAsync, "removeLeases"));
#ifdef __APPLE__
  exports.Set("macOf", Napi::Function::New(env, MacOfAsync, "macOf"));
#endif
  return exports;
}

}  // namespace

}  // namespace hvkit::vmnet

static Napi::Object InitAddon(Napi::Env env, Napi::Object exports) { return hvkit::vmnet::Init(env, exports); }
NODE_API_MODULE(vmnet, InitAddon)
