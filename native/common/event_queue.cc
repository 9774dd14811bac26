#include "common/event_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hvkit {

class EventQueue::Wake : public Task {
 public:
  explicit Wake(std::shared_ptr<EventQueue> queue) : queue_(std::move(queue)) {}
  void Settle(Napi::Env /*env*/) override {
    if (!queue_->wake_.IsEmpty()) queue_->wake_.Call({});
  }

 private:
  std::shared_ptr<EventQueue> queue_;
};

void EventQueue::Listen(Napi::Function wake) {
  wake_ = Napi::Persistent(wake);
  // The last owner may be a native thread, which must not touch it; Close, on the JavaScript thread, lets it go.
  wake_.SuppressDestruct();
}

void EventQueue::Push(Value event) {
  // Declared first, so destroyed last: an event may hold the last reference to something that locks.
  Value lost;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    if (events_.size() == capacity_) {
      lost = std::move(events_.front());
      events_.pop_front();
      ++dropped_;
    }
    events_.push_back(std::move(event));
    if (waking_) return;
    waking_ = true;
  }
  loop_->Post(std::make_unique<Wake>(shared_from_this()));
}

EventQueue::Batch EventQueue::Take(size_t most) {
  Batch batch;
  std::lock_guard<std::mutex> lock(mutex_);
  size_t count = std::min(most, events_.size());
  batch.events.reserve(count);
  std::move(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(batch.events));
  events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(count));
  batch.dropped = std::exchange(dropped_, 0);
  if (events_.empty()) waking_ = false;
  return batch;
}

void EventQueue::Close() {
  std::deque<Value> unread;
  wake_.Reset();
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  unread.swap(events_);
}

bool EventQueue::closed() {
  std::lock_guard<std::mutex> lock(mutex_);
  return closed_;
}

}  // namespace hvkit
