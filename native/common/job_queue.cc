#include "common/job_queue.h"

#include <atomic>
#include <chrono>
#include <system_error>
#include <utility>

#include "common/exit_gate.h"
#include "common/spin.h"
#include "common/thread.h"

namespace hvkit {

namespace {
constexpr std::chrono::seconds kIdleTime{5};
}

struct JobQueue::State {
  explicit State(size_t max_threads) : max_threads(max_threads) {}

  std::mutex mutex;
  std::condition_variable work;
  std::deque<Job> jobs;
  std::atomic<size_t> waiting{0};  // jobs.size(), to be seen without the mutex
  bool watched = false;            // one thread is awake and will look for a job before it sleeps
  size_t threads = 0;
  size_t idle = 0;
  bool closing = false;
  const size_t max_threads;
};

std::shared_ptr<JobQueue> JobQueue::Create(size_t max_threads) {
  return std::shared_ptr<JobQueue>(new JobQueue(std::make_shared<State>(max_threads)));
}

JobQueue::JobQueue(std::shared_ptr<State> state) : state_(std::move(state)) {}

JobQueue::~JobQueue() {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->closing = true;
  state_->work.notify_all();
}

void JobQueue::Post(Job job) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->jobs.push_back(std::move(job));
  state_->waiting = state_->jobs.size();
  if (state_->watched && state_->jobs.size() == 1) return;
  const size_t ready = state_->idle + (state_->watched ? 1 : 0);
  if (ready >= state_->jobs.size() || state_->threads == state_->max_threads) {
    lock.unlock();  // which the woken thread would only run into
    state_->work.notify_one();
    return;
  }
  try {
    StartThread([state = state_] { Run(state); });
    ++state_->threads;
  } catch (const std::system_error&) {
    // The threads there are will come to it. With none, nobody would.
    if (state_->threads == 0) {
      state_->jobs.pop_back();
      state_->waiting = state_->jobs.size();
      throw;
    }
  }
}

void JobQueue::Run(const std::shared_ptr<State>& state) {
  Spin spin;
  Delivery deliver;
  std::unique_lock<std::mutex> lock(state->mutex);
  for (;;) {
    const bool watches = state->jobs.empty() && !std::exchange(state->watched, true);
    if (watches || deliver) {
      lock.unlock();
      if (deliver) {
        ExitGate gate;
        std::exchange(deliver, nullptr)();
      }
      spin.Begin();
      while (watches && state->waiting == 0 && spin.Again()) continue;
      lock.lock();
      if (watches) state->watched = false;
    }
    ++state->idle;
    bool wanted = state->work.wait_for(lock, kIdleTime, [&] { return !state->jobs.empty() || state->closing; });
    --state->idle;
    if (!wanted || state->jobs.empty()) break;
    Job job = std::move(state->jobs.front());
    state->jobs.pop_front();
    state->waiting = state->jobs.size();
    lock.unlock();
    spin.Came();
    {
      ExitGate gate;
      deliver = job();
      job = nullptr;  // what it held is freed here, not under the lock
    }
    lock.lock();
  }
  --state->threads;
}

}  // namespace hvkit
