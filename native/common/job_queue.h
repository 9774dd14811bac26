#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace hvkit {

/// Runs blocking work on threads of its own, never on libuv's four: a hypervisor call may block for seconds, and would
/// stop every file and DNS operation of the program with it.
///
/// A queue has up to `max_threads` threads, started when work waits and ended when none came for a while. Work starts
/// in the order it was posted. A hung connection fills only its own queue. The threads are never joined, because a call
/// may not return before the process should end; they hold what they need through shared pointers.
class JobQueue {
 public:
  /// Tells what a job came to.
  using Delivery = std::function<void()>;
  /// Returns what is called when the thread is ready for its next job, or nothing. So a caller that hears of the one
  /// and asks the next at once finds the thread ready, and no other one is woken for it.
  using Job = std::function<Delivery()>;

  /// Beside which others a job may run.
  enum class Beside {
    kAny,
    /// It waits until those under way have ended, though not for long, and those posted after it wait for it.
    kNone,
  };

  static std::shared_ptr<JobQueue> Create(size_t max_threads);
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// From any thread. Neither jobs nor deliveries may throw. Throws std::system_error if no thread at all can be had
  /// for it.
  void Post(Job job, Beside beside = Beside::kAny);

 private:
  struct State;
  explicit JobQueue(std::shared_ptr<State> state);
  static void Run(const std::shared_ptr<State>& state);
  /// False: none has come for a while, or none will.
  static bool AwaitJob(State& state, std::unique_lock<std::mutex>& lock);

  // What the threads share; it outlives the queue until the last posted job has run.
  std::shared_ptr<State> state_;
};

}  // namespace hvkit
