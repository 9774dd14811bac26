#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hyperkit/process.h"

namespace hvkit::hyperkit {

/// The system's own word that processes have ended: pidfds on Linux, kqueue on macOS, one file each.
class ExitSource {
 public:
  struct Ended {
    uint64_t key;
    /// As wait(2) would give it, where the system tells it of a process that is no child.
    std::optional<int> status;
  };

  ExitSource();
  ~ExitSource() = delete;  // per process: it ends with it
  ExitSource(const ExitSource&) = delete;
  ExitSource& operator=(const ExitSource&) = delete;

  /// Any thread, also while another one waits; for each process once at a time. False: it has ended, and nothing will
  /// be told of it. Throws Failure.
  bool Add(const Identity& identity, uint64_t key);
  /// What was on its way is still told.
  void Remove(const Identity& identity, uint64_t key);

  /// One thread. Blocks until something can be told.
  std::vector<Ended> Wait();

 private:
  struct State;
  State* const state_;
};

}  // namespace hvkit::hyperkit
