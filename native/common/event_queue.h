#pragma once

#include <napi.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "common/env_loop.h"
#include "common/value.h"

namespace hvkit {

/// Events on their way from a native thread to JavaScript, which takes them when it wants them.
///
/// Bounded: a listener that is slower than its events loses the oldest ones and is told how many. Memory never grows
/// with a stalled JavaScript thread. One wake-up is under way at a time, however many events come.
class EventQueue : public std::enable_shared_from_this<EventQueue> {
 public:
  EventQueue(std::shared_ptr<EnvLoop> loop, size_t capacity) : loop_(std::move(loop)), capacity_(capacity) {}

  /// JavaScript thread. `wake` is called there, without arguments, when there is something to take.
  void Listen(Napi::Function wake);

  /// Any thread; never blocks on JavaScript. After Close it does nothing.
  void Push(Value event);

  struct Batch {
    std::vector<Value> events;
    uint64_t dropped = 0;  // lost since the last batch, all of them older than this one
  };
  /// JavaScript thread. The next wake-up comes after a take that found the queue emptied.
  Batch Take(size_t most);

  /// JavaScript thread. Drops what is queued; `wake` is not called again.
  void Close();
  /// Any thread.
  bool closed();

 private:
  class Wake;

  const std::shared_ptr<EnvLoop> loop_;
  const size_t capacity_;
  Napi::FunctionReference wake_;  // JavaScript thread only

  std::mutex mutex_;
  std::deque<Value> events_;  // this and below guarded by mutex_
  uint64_t dropped_ = 0;
  bool waking_ = false;
  bool closed_ = false;
};

}  // namespace hvkit
