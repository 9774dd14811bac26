// A model of macOS's processes and of its word that they ended, written from documentation: it may fail wherever the
// system may. What passes against it has not been shown to pass on a Mac.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace model {

struct Running {
  time_t began = 1;
  std::string executable = "/bin/hyperkit";
  /// As the system hands them out: their number, and all that follows.
  std::optional<int> count;
  std::vector<std::string> arguments = {"hyperkit", "-A"};
  bool ended = false;
};

/// An errno for each call that may fail; 0 where it does not.
struct Failures {
  int kqueue = 0;
  /// Of an EV_ADD that asks for the status too, and of one that does not.
  int watch_with_status = 0;
  int watch = 0;
  int look = 0;
  int arguments = 0;
  int path = 0;
  int signal = 0;
  /// How many waits are interrupted before one goes on.
  int interrupted = 0;
};

/// Forgets all that was. Delays are by the seed.
void Begin(const Failures& failures, uint32_t seed);
void Put(pid_t pid, const Running& process);
/// It ends, and is there until its parent asks; then it is gone.
void End(pid_t pid, int status);
void Gone(pid_t pid);
/// What happens in the moment after the next process has begun to be watched.
void AfterNextWatch(std::function<void()> happens);
/// How many processes are watched.
size_t Watched();
/// The signals that a process was sent.
std::vector<int> SignalsOf(pid_t pid);
void Dawdle();

}  // namespace model
