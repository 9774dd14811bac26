#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace hvkit::hyperkit {

/// One process, and never a later one that was given its pid.
struct Identity {
  pid_t pid = 0;
  /// When it began, in the system's own terms. To be compared, not to be read.
  std::string start;

  bool operator==(const Identity& other) const { return pid == other.pid && start == other.start; }
};

struct Process {
  Identity identity;
  /// Empty where this user may not know it, and for one that has ended.
  std::string executable;
  /// What it was called with, its name first. Empty where this user may not know it, and for one that has ended.
  std::vector<std::string> arguments;
  /// It has ended, and its parent has not asked how yet.
  bool ended = false;
};

/// What is to be started, with nothing left to decide.
struct Program {
  std::string file;
  /// The first is the name by which it is called.
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  /// Receives what it says, behind what is there already.
  std::string log;
};

// Below, one file per OS: linux/process.cc and darwin/process.cc. All throw Failure.

/// nullopt: there is no such process. That it could not be looked at is a failure.
std::optional<Process> FindProcess(pid_t pid);

/// False: it has ended. No other process ever gets the signal on Linux. Other systems leave the moment between the look
/// at a process and the signal to it, in which its pid would have to be freed and given anew.
bool SignalProcess(const Identity& identity, int signal);

/// Starts a program as the leader of a session of its own, which goes on when this process ends: in the root folder,
/// with nothing of this process's open and no signal blocked or ignored. The caller reaps it.
pid_t StartProgram(const Program& program);

}  // namespace hvkit::hyperkit
