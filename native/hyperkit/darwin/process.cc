#include "hyperkit/process.h"

#include <libproc.h>
#include <sys/sysctl.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>

#include "common/failure.h"

namespace hvkit::hyperkit {

namespace {

Failure Failed(const std::string& what, int error) {
  return {"ERR_PROCESS", what + ": " + std::generic_category().message(error), {{"errno", error}}};
}

std::string ExecutableOf(pid_t pid) {
  std::array<char, PROC_PIDPATHINFO_MAXSIZE> path = {};
  const int size = proc_pidpath(pid, path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<size_t>(size)) : std::string();
}

}  // namespace

std::optional<Process> FindProcess(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  // By sysctl and not by proc_pidinfo, which knows nothing of a process that has ended and is not reaped.
  std::array<int, 4> name = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
  kinfo_proc info = {};
  size_t size = sizeof info;
  if (sysctl(name.data(), name.size(), &info, &size, nullptr, 0) != 0) {
    if (errno == ESRCH) return std::nullopt;
    throw Failed("Process " + std::to_string(pid) + " could not be looked at", errno);
  }
  if (size == 0 || info.kp_proc.p_pid != pid) return std::nullopt;
  const timeval& start = info.kp_proc.p_starttime;
  Process process;
  process.identity = {pid, std::to_string(start.tv_sec) + "." + std::to_string(start.tv_usec)};
  process.ended = info.kp_proc.p_stat == SZOMB;
  if (!process.ended) process.executable = ExecutableOf(pid);
  return process;
}

bool SignalProcess(const Identity& identity, int signal) {
  const std::optional<Process> found = FindProcess(identity.pid);
  if (!found || !(found->identity == identity)) return false;
  if (kill(identity.pid, signal) == 0) return true;
  if (errno == ESRCH) return false;
  throw Failed("Process " + std::to_string(identity.pid) + " could not be signalled", errno);
}

}  // namespace hvkit::hyperkit
