#include <dispatch/dispatch.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "model.h"

namespace {

struct Work {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> tasks;
  bool released = false;
};

/// One after the other, and those that were there when the queue was released as well.
void Run(const std::shared_ptr<Work>& work) {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock<std::mutex> lock(work->mutex);
      work->changed.wait(lock, [&] { return work->released || !work->tasks.empty(); });
      if (work->tasks.empty()) break;
      task = std::move(work->tasks.front());
      work->tasks.pop_front();
    }
    model::Dawdle();
    task();
    // What it holds goes here, on the queue's own thread, as there.
    task = nullptr;
  }
  --model::alive.queues;
}

}  // namespace

struct dispatch_queue_s {
  std::shared_ptr<Work> work = std::make_shared<Work>();
};

dispatch_queue_t dispatch_queue_create(const char* /*label*/, dispatch_queue_attr_t /*attributes*/) {
  auto* queue = new dispatch_queue_s;
  ++model::alive.queues;
  // It may be released by what it runs itself.
  std::thread(Run, queue->work).detach();
  return queue;
}

void dispatch_release(dispatch_queue_t queue) {
  const std::shared_ptr<Work> work = queue->work;
  delete queue;
  {
    const std::lock_guard<std::mutex> lock(work->mutex);
    work->released = true;
  }
  work->changed.notify_all();
}

namespace model {

void Enqueue(dispatch_queue_t queue, std::function<void()> task) {
  const std::shared_ptr<Work> work = queue->work;
  {
    const std::lock_guard<std::mutex> lock(work->mutex);
    work->tasks.push_back(std::move(task));
  }
  work->changed.notify_all();
}

}  // namespace model
