#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "common/event_queue.h"
#include "hyperkit/exit_source.h"
#include "hyperkit/process.h"

namespace hvkit::hyperkit {

/// Tells the environments of this process which processes have ended, and reaps those that it started.
///
/// There is one, with one thread, for the whole process: a child started by a worker is reaped also when that worker is
/// gone, and whoever else watches it is told its status too. It never ends, and this addon is therefore never unloaded.
class ExitWatcher {
 public:
  /// Throws Failure, or std::system_error if no thread can be had.
  static ExitWatcher& Get();
  /// Nothing is pushed to the closed queue any more, and nothing kept for it.
  static void Forget(const std::shared_ptr<EventQueue>& queue);

  ~ExitWatcher() = delete;
  ExitWatcher(const ExitWatcher&) = delete;
  ExitWatcher& operator=(const ExitWatcher&) = delete;

  // When the process ends an event `{code, signal}` is pushed, of which the one that does not apply is null; both are
  // where the system keeps them from us. At once if it has ended. Throw Failure.

  Process Start(const Program& program, const std::shared_ptr<EventQueue>& queue);
  void Watch(const Identity& identity, const std::shared_ptr<EventQueue>& queue);

 private:
  struct Entry {
    Identity identity;
    bool child = false;
    std::vector<std::shared_ptr<EventQueue>> queues;
  };

  ExitWatcher() : source_(*new ExitSource) {}
  [[noreturn]] void Run();
  void Tell(const ExitSource::Ended& ended);
  bool Add(const Identity& identity, bool child, const std::shared_ptr<EventQueue>& queue);
  void Remove(const std::shared_ptr<EventQueue>& queue);

  ExitSource& source_;
  std::mutex mutex_;
  std::map<uint64_t, Entry> entries_;  // this and below guarded by mutex_
  uint64_t last_key_ = 0;
};

}  // namespace hvkit::hyperkit
