#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "common/env_loop.h"
#include "common/failure.h"
#include "common/job_queue.h"
#include "common/value.h"

namespace hvkit {

/// The promise bridge: work on a thread of the queue, a promise on the JavaScript thread.
///
/// `Body` is a callable `Value()` that throws Failure. It was given all it needs as plain data, and is destroyed on the
/// job's thread as soon as it has run, so that nothing it held waits for the JavaScript thread.
template <class Body>
class PromiseJob : public Task {
 public:
  static Napi::Promise Run(Napi::Env env, const std::shared_ptr<EnvLoop>& loop, JobQueue& queue, Body body) {
    auto job = std::make_unique<PromiseJob>(env, loop, std::move(body));
    Napi::Promise promise = job->deferred_.Promise();
    // std::function wants a copyable callable; the raw pointer is owned by exactly one run of it.
    PromiseJob* raw = job.release();
    try {
      queue.Post([raw] { Work(std::unique_ptr<PromiseJob>(raw)); });
    } catch (const std::system_error& error) {
      std::unique_ptr<PromiseJob> unposted(raw);
      unposted->deferred_.Reject(Failure("ERR_NO_THREAD", error.what()).ToValue().ToJs(env));
      return promise;
    }
    loop->Hold();
    return promise;
  }

  PromiseJob(Napi::Env env, std::shared_ptr<EnvLoop> loop, Body body)
      : loop_(std::move(loop)), deferred_(env), body_(std::move(body)) {}

  void Settle(Napi::Env env) override {
    loop_->Release();
    if (failed_) {
      deferred_.Reject(result_.ToJs(env));
    } else {
      deferred_.Resolve(result_.ToJs(env));
    }
  }

 private:
  static void Work(std::unique_ptr<PromiseJob> job) {
    try {
      job->result_ = (*job->body_)();
    } catch (const Failure& failure) {
      job->failed_ = true;
      job->result_ = failure.ToValue();
    } catch (const std::exception& error) {
      // Out of memory, above all. Nothing may leave a thread's function.
      job->failed_ = true;
      job->result_ = Failure("ERR_NATIVE", error.what()).ToValue();
    }
    job->body_.reset();
    std::shared_ptr<EnvLoop> loop = job->loop_;
    loop->Post(std::move(job));
  }

  std::shared_ptr<EnvLoop> loop_;
  Napi::Promise::Deferred deferred_;
  std::optional<Body> body_;
  Value result_;
  bool failed_ = false;
};

template <class Body>
Napi::Promise RunAsync(Napi::Env env, const std::shared_ptr<EnvLoop>& loop, JobQueue& queue, Body body) {
  return PromiseJob<Body>::Run(env, loop, queue, std::move(body));
}

/// A promise already rejected: how a call tells that its arguments were wrong, so that a caller handles one channel.
inline Napi::Promise Rejected(Napi::Env env, const Failure& failure) {
  Napi::Promise::Deferred deferred(env);
  deferred.Reject(failure.ToValue().ToJs(env));
  return deferred.Promise();
}

}  // namespace hvkit
