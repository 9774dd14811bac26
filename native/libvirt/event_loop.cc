#include "libvirt/event_loop.h"

#include <libvirt/libvirt.h>

#include <mutex>

#include "common/fork_guard.h"
#include "common/thread.h"
#include "libvirt/error.h"

namespace hvkit::libvirt {

namespace {

void Start() {
  static bool forks_guarded = false;
  if (!forks_guarded) GuardForks();
  forks_guarded = true;
  SilenceErrorOutput();
  if (virInitialize() < 0) throw LastFailure("virInitialize");
  RegisterEventLoop();
  StartThread(RunEventLoop);
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
