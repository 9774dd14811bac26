#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hvkit::hyperkit {

/// What came of running a tiny guest on this machine's hypervisor: facts, of which TypeScript makes the judgement.
struct Trial {
  /// What was tried last: `open`, `version`, `vm`, `memory`, `processor`, `run`.
  std::string step;
  /// The errno with which that failed, or 0.
  int error = 0;
  /// What the guest said of itself, a character for each thing that it could do: linux/guest.h.
  std::string marks;
  /// How the last run of its processor ended: the hypervisor's own number and what goes with it. -1: no run ended.
  int exit = -1;
  uint64_t exit_detail = 0;
  /// All was said; otherwise `deadline` tells whether it was cut off.
  bool whole = false;
  bool deadline = false;
  /// Cut off, and the hypervisor did not even let go of its thread.
  bool stuck = false;
  /// Rounds of a loop, and the processor time that they took.
  uint32_t rounds = 0;
  uint64_t nanoseconds = 0;
};

/// Blocks until the guest has come to its end, or for the given time and a little more.
Trial TryHypervisor(const std::string& device, std::chrono::milliseconds deadline);

}  // namespace hvkit::hyperkit
