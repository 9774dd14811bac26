#include "hyperkit/linux/pid_fd.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "common/failure.h"

// Older headers do not have it. The number is the same on every processor.
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace hvkit::hyperkit {

PidFd::PidFd(const Identity& identity) : fd_(static_cast<int>(syscall(SYS_pidfd_open, identity.pid, 0))) {
  if (fd_ == kNone) {
    if (errno == ESRCH || errno == EINVAL) return;
    const int error = errno;
    throw Failure(
        "ERR_PROCESS",
        "Process " + std::to_string(identity.pid) + " could not be watched: " + std::generic_category().message(error),
        {{"errno", error}});
  }
  // Only now: from here on the descriptor is of a process that had the pid when this looks, or of an older one, and the
  // identity was known before, so it is of no older one.
  const std::optional<Process> found = FindProcess(identity.pid);
  if (!found || !(found->identity == identity)) close(std::exchange(fd_, kNone));
}

PidFd::~PidFd() {
  if (fd_ != kNone) close(fd_);
}

}  // namespace hvkit::hyperkit
