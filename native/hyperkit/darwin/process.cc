#include "hyperkit/process.h"

#include <libproc.h>
#include <sys/sysctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

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

/// The system gives their number, the path of the program, zeros up to a boundary, and then each with a zero behind it.
std::vector<std::string> ArgumentsOf(pid_t pid) {
  std::array<int, 3> name = {CTL_KERN, KERN_PROCARGS2, pid};
  size_t size = 0;
  if (sysctl(name.data(), name.size(), nullptr, &size, nullptr, 0) != 0) return {};
  std::vector<char> bytes(size);
  if (sysctl(name.data(), name.size(), bytes.data(), &size, nullptr, 0) != 0) return {};
  int count = 0;
  if (size < sizeof count) return {};
  std::memcpy(&count, bytes.data(), sizeof count);
  const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(size, bytes.size()));
  auto at = std::find(bytes.begin() + sizeof count, end, '\0');
  at = std::find_if(at, end, [](char byte) { return byte != '\0'; });
  std::vector<std::string> arguments;
  while (at != end && arguments.size() < static_cast<size_t>(std::max(count, 0))) {
    const auto stop = std::find(at, end, '\0');
    arguments.emplace_back(at, stop);
    at = stop == end ? end : stop + 1;
  }
  return arguments;
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
  if (process.ended) return process;
  process.executable = ExecutableOf(pid);
  process.arguments = ArgumentsOf(pid);
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
