#include <napi.h>

#include "hyperkit/lock.h"
#include "hyperkit/module.h"
#include "hyperkit/process_watch.h"
#ifdef __linux__
#include "hyperkit/virtualization.h"
#else
#include "hyperkit/hypervisor_support.h"
#endif

namespace hvkit::hyperkit {

namespace {

/// Locks on a slow file system must not stand in each other's way; a self-test takes a thread for as long as it runs.
constexpr size_t kThreads = 4;

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Module{EnvLoop::Create(env), JobQueue::Create(kThreads)});
  exports.Set("takeLock", Napi::Function::New(env, TakeLock, "takeLock"));
  exports.Set("releaseLock", Napi::Function::New(env, ReleaseLock, "releaseLock"));
  exports.Set("ProcessWatch", ProcessWatch::Class(env));
  exports.Set("findProcess", Napi::Function::New(env, FindProcessAsync, "findProcess"));
  exports.Set("signalProcess", Napi::Function::New(env, SignalProcessAsync, "signalProcess"));
#ifdef __linux__
  exports.Set("tryHypervisor", Napi::Function::New(env, TryHypervisorAsync, "tryHypervisor"));
#else
  exports.Set("hypervisorSupport", Napi::Function::New(env, HypervisorSupportAsync, "hypervisorSupport"));
#endif
  return exports;
}

}  // namespace

}  // namespace hvkit::hyperkit

static Napi::Object InitAddon(Napi::Env env, Napi::Object exports) { return hvkit::hyperkit::Init(env, exports); }
NODE_API_MODULE(hyperkit, InitAddon)
