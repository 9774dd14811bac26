#include "libvirt/event_loop.h"

#include <libvirt/libvirt.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "common/failure.h"
#include "common/fork_guard.h"
#include "common/thread.h"
#include "libvirt/error.h"

namespace hvkit::libvirt {

namespace {

// The loop blocks for ever while it has no sources; with a timer it comes round now and then.
constexpr int kHeartbeatMs = 60'000;
constexpr std::chrono::seconds kPauseAfterError{1};

void RunLoop() {
  for (;;) {
    if (virEventRunDefaultImpl() < 0) std::this_thread::sleep_for(kPauseAfterError);
  }
}

void Start() {
  static bool forks_guarded = false;
  if (!forks_guarded) GuardForks();
  forks_guarded = true;
  SilenceErrorOutput();
  if (virInitialize() < 0) throw LastFailure("virInitialize");
  if (virEventRegisterDefaultImpl() < 0) throw LastFailure("virEventRegisterDefaultImpl");
  virEventAddTimeout(kHeartbeatMs, [](int /*timer*/, void* /*opaque*/) {}, nullptr, nullptr);
  StartThread(RunLoop);
}

}  // namespace

void StartLibrary() {
  // Not std::call_once: a failed start may be tried again by the next open.
  static auto* mutex = new std::mutex;
  static bool started = false;
  std::lock_guard<std::mutex> lock(*mutex);
  if (started) return;
  Start();
  started = true;
}

}  // namespace hvkit::libvirt
