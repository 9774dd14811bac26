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

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kIdleTime{5};
/// How long a job that should run alone waits for those under way.
constexpr std::chrono::seconds kPatience{1};

}  // namespace

struct JobQueue::State {
  struct Posted {
    Job job;
    Beside beside;
    Clock::time_point posted;
  };

  explicit State(size_t max_threads) : max_threads(max_threads) {}

  /// When the first of the jobs may begin: now, or not before then.
  Clock::time_point Begin() const {
    const Posted& next = jobs.front();
    if (alone) return Clock::time_point::max();
    return next.beside == Beside::kAny || running == 0 ? Clock::time_point::min() : next.posted + kPatience;
  }

  std::mutex mutex;
  std::condition_variable work;
  std::deque<Posted> jobs;
  std::atomic<size_t> waiting{0};  // jobs.size(), to be seen without the mutex
  bool watched = false;            // one thread is awake and will look for a job before it sleeps
  size_t threads = 0;
  size_t idle = 0;
  size_t running = 0;  // jobs under way
  bool alone = false;  // one of them is to have none beside it
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

void JobQueue::Post(Job job, Beside beside) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->jobs.push_back({std::move(job), beside, beside == Beside::kAny ? Clock::time_point{} : Clock::now()});
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
    const bool wanted = AwaitJob(*state, lock);
    --state->idle;
    if (!wanted) break;
    State::Posted next = std::move(state->jobs.front());
    state->jobs.pop_front();
    state->waiting = state->jobs.size();
    ++state->running;
    if (next.beside == Beside::kNone) state->alone = true;
    lock.unlock();
    spin.Came();
    {
      ExitGate gate;
      deliver = next.job();
      next.job = nullptr;  // what it held is freed here, not under the lock
    }
    lock.lock();
    --state->running;
    if (next.beside == Beside::kNone) {
      state->alone = false;
      state->work.notify_all();
    } else if (state->running == 0 && !state->jobs.empty() && state->jobs.front().beside == Beside::kNone) {
      state->work.notify_one();
    }
  }
  --state->threads;
}

bool JobQueue::AwaitJob(State& state, std::unique_lock<std::mutex>& lock) {
  const auto end = Clock::now() + kIdleTime;
  for (;;) {
    const auto now = Clock::now();
    if (state.jobs.empty()) {
      if (state.closing || now >= end) return false;
      state.work.wait_until(lock, end);
      continue;
    }
    // However long it waits for them: whoever left would be missing when the jobs may begin.
    const auto begin = state.Begin();
    if (begin <= now) return true;
    if (begin == Clock::time_point::max()) {
      state.work.wait(lock);
    } else {
      state.work.wait_until(lock, begin);
    }
  }
}

}  // namespace hvkit
