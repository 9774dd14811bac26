#pragma once

#include <chrono>

namespace hvkit {

/// Waiting awake, for a moment. Of calls that follow each other each takes some 100 µs, and to wake a CPU that went to
/// sleep between them can take half of that. So a thread looks once more, and once more, before it goes to sleep, and
/// offers its CPU to others each time.
///
/// That can as well be the slower way: when others want the CPU, or when what is waited for takes longer than a moment.
/// So it is tried: some waits are slept through, and those that follow are waited awake for as long as they come out
/// clearly shorter. A program that makes few calls never comes to it.
///
/// Nothing may depend on it: who waits this way is still woken, or makes sure that he need not be.
///
/// Used by one thread.
class Spin {
 public:
  /// The wait begins.
  void Begin();
  /// Between two looks. False: go to sleep.
  bool Again() const;
  /// What was waited for has come.
  void Came();

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point begun_;
  bool waiting_ = false;
  bool awake_ = false;        // how waits are waited now
  int waits_ = 0;             // of this period
  Clock::duration asleep_{};  // what those took that it began with
  Clock::duration spun_{};    // what those took that followed, awake
};

}  // namespace hvkit
