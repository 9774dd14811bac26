#include "hyperkit/process.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "common/failure.h"
#include "hyperkit/linux/pid_fd.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

namespace hvkit::hyperkit {

namespace {

/// Counted from 1, as proc(5) does. The first two hold the pid and the name.
constexpr int kStateField = 3;
constexpr int kStartField = 22;

Failure Failed(const std::string& what, int error) {
  return {"ERR_PROCESS", what + ": " + std::generic_category().message(error), {{"errno", error}}};
}

/// Start times are counted from the boot.
const std::string& Boot() {
  static const std::string boot = [] {
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    return id;
  }();
  return boot;
}

std::string ReadLink(const std::string& path) {
  std::array<char, PATH_MAX> target = {};
  const ssize_t size = readlink(path.c_str(), target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<size_t>(size)) : std::string();
}

/// Each ends with a zero. A program may write there what it wants to be called.
std::vector<std::string> ArgumentsOf(const std::string& folder) {
  std::vector<std::string> arguments;
  std::ifstream file(folder + "/cmdline", std::ios::binary);
  std::string argument;
  while (std::getline(file, argument, '\0')) arguments.push_back(argument);
  return arguments;
}

bool Exists(pid_t pid) { return kill(pid, 0) == 0 || errno != ESRCH; }

}  // namespace

std::optional<Process> FindProcess(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream file(folder + "/stat");
  std::string line;
  if (pid <= 0 || !std::getline(file, line, '\0')) {
    if (pid <= 0 || !Exists(pid)) return std::nullopt;
    // A system may hide the processes of other users.
    throw Failure("ERR_PROCESS", folder + "/stat of a process that runs could not be read");
  }
  // The name may hold anything, brackets and spaces too: what follows the last bracket is regular.
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) throw Failure("ERR_PROCESS", folder + "/stat is not understood");
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  Process process;
  for (int number = kStateField; number <= kStartField && fields >> field; ++number) {
    // A zombie, or one that is not even that any more.
    if (number == kStateField) process.ended = field == "Z" || field == "X" || field == "x";
  }
  if (!fields) throw Failure("ERR_PROCESS", folder + "/stat is not understood");
  process.identity = {pid, Boot() + "/" + field};
  process.executable = ReadLink(folder + "/exe");
  process.arguments = ArgumentsOf(folder);
  return process;
}

bool SignalProcess(const Identity& identity, int signal) {
  const PidFd process(identity);
  if (!process.open()) return false;
  if (syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0) return true;
  if (errno == ESRCH) return false;
  throw Failed("Process " + std::to_string(identity.pid) + " could not be signalled", errno);
}

}  // namespace hvkit::hyperkit
