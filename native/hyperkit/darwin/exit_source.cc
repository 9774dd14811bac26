#include "hyperkit/exit_source.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/event.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "common/failure.h"

namespace hvkit::hyperkit {

namespace {

constexpr size_t kAtOnce = 16;

Failure Failed(const char* what, int error) {
  return {"ERR_PROCESS", what + (": " + std::generic_category().message(error)), {{"errno", error}}};
}

/// The thread that waits here never ends, so the code that it runs must stay.
void StayLoaded() {
  Dl_info here = {};
  if (dladdr(reinterpret_cast<const void*>(&StayLoaded), &here) == 0) return;
  static_cast<void>(dlopen(here.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE));
}

}  // namespace

struct ExitSource::State {
  int kqueue = ::kqueue();

  /// 0, or an errno.
  int Change(pid_t pid, uint64_t key, uint16_t flags, uint32_t events) const {
    struct kevent64_s change = {};
    EV_SET64(&change, static_cast<uint64_t>(pid), EVFILT_PROC, flags, events, 0, key, 0, 0);
    return kevent64(kqueue, &change, 1, nullptr, 0, 0, nullptr) == 0 ? 0 : errno;
  }
};

ExitSource::ExitSource() : state_(new State) {
  if (state_->kqueue == -1) {
    const int error = errno;
    delete state_;
    throw Failed("Processes could not be watched", error);
  }
  fcntl(state_->kqueue, F_SETFD, FD_CLOEXEC);
  StayLoaded();
}

bool ExitSource::Add(const Identity& identity, uint64_t key) {
  // A process that this user may not signal is told of as well, without its status.
  int error = state_->Change(identity.pid, key, EV_ADD | EV_ONESHOT, NOTE_EXIT | NOTE_EXITSTATUS);
  if (error == EACCES) error = state_->Change(identity.pid, key, EV_ADD | EV_ONESHOT, NOTE_EXIT);
  if (error == ESRCH) return false;
  if (error != 0) throw Failed("A process could not be watched", error);
  // Only now, or its pid could be given to another in between.
  const std::optional<Process> found = FindProcess(identity.pid);
  if (found && found->identity == identity) return true;
  Remove(identity, key);
  return false;
}

void ExitSource::Remove(const Identity& identity, uint64_t key) {
  static_cast<void>(state_->Change(identity.pid, key, EV_DELETE, 0));  // it may have ended by now
}

std::vector<ExitSource::Ended> ExitSource::Wait() {
  std::array<struct kevent64_s, kAtOnce> events = {};
  const int count = kevent64(state_->kqueue, nullptr, 0, events.data(), events.size(), 0, nullptr);
  std::vector<Ended> ended;
  for (int index = 0; index < count; ++index) {
    const struct kevent64_s& event = events.at(static_cast<size_t>(index));
    const bool told = (event.fflags & NOTE_EXITSTATUS) != 0;
    ended.push_back({event.udata, told ? std::optional<int>(static_cast<int>(event.data)) : std::nullopt});
  }
  return ended;
}

}  // namespace hvkit::hyperkit
