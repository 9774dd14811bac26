#include "libvirt/event_loop.h"

#include <libvirt/libvirt.h>

#include <cstdlib>
#include <mutex>

#include "common/fork_guard.h"
#include "common/thread.h"
#include "libvirt/error.h"

namespace hvkit::libvirt {

namespace {

/// libvirt reads once where its log goes. Unless the user says so it would be our standard error: an embedded driver
/// tells there what a daemon would write into its log. What fails is told by the calls themselves.
int InitializeQuietly() {
  constexpr const char* kOutputs = "LIBVIRT_LOG_OUTPUTS";
  // NOLINTBEGIN(concurrency-mt-unsafe): the mutex of StartLibrary is held, and what Node reads at that time is not
  // this.
  const bool ours = std::getenv(kOutputs) == nullptr;
  if (ours) setenv(kOutputs, "4:file:/dev/null", 0);
  const int result = virInitialize();
  // Not for daemons that are started from here.
  if (ours) unsetenv(kOutputs);
  // NOLINTEND(concurrency-mt-unsafe)
  return result;
}

void Start() {
  static bool forks_guarded = false;
  if (!forks_guarded) GuardForks();
  forks_guarded = true;
  SilenceErrorOutput();
  if (InitializeQuietly() < 0) throw LastFailure("virInitialize");
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
