#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "common/env_loop.h"
#include "common/failure.h"
#include "common/job_queue.h"
#include "common/value.h"

namespace hvkit {

/// What a job does. It was given all it needs as plain data. Throws Failure.
class Work {
 public:
  Work() = default;
  virtual ~Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  virtual Value Run() = 0;
};

/// The promise bridge: work on a thread of the queue, a promise on the JavaScript thread.
///
/// The work is destroyed on the job's thread as soon as it has run, so that nothing it held waits for the JavaScript
/// thread.
Napi::Promise RunAsync(Napi::Env env, const std::shared_ptr<EnvLoop>& loop, JobQueue& queue, std::unique_ptr<Work> work,
                       JobQueue::Beside beside = JobQueue::Beside::kAny);

/// The same of a callable `Value()`.
template <class Body, class = std::enable_if_t<std::is_invocable_v<Body&>>>
Napi::Promise RunAsync(Napi::Env env, const std::shared_ptr<EnvLoop>& loop, JobQueue& queue, Body body,
                       JobQueue::Beside beside = JobQueue::Beside::kAny) {
  struct WorkOf final : Work {
    explicit WorkOf(Body given) : body(std::move(given)) {}
    Value Run() override { return body(); }
    Body body;
  };
  return RunAsync(env, loop, queue, std::unique_ptr<Work>(std::make_unique<WorkOf>(std::move(body))), beside);
}

/// A promise already rejected: how a call tells that its arguments were wrong, so that a caller handles one channel.
Napi::Promise Rejected(Napi::Env env, const Failure& failure);

/// Runs the JavaScript thread's half of a call, which reads arguments and returns a promise. What a getter of the
/// caller's throws goes on to the caller as it is; anything else must not leave for V8, which would end the process.
Napi::Value Promised(Napi::Env env, const std::function<Napi::Value()>& start);

}  // namespace hvkit
