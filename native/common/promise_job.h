#pragma once

#include <napi.h>

#include <exception>
#include <memory>
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
      queue.Post([raw] { return Work(std::unique_ptr<PromiseJob>(raw)); });
    } catch (const std::system_error& error) {
      std::unique_ptr<PromiseJob> unposted(raw);
      unposted->deferred_.Reject(Failure("ERR_NO_THREAD", error.what()).ToValue().ToJs(env));
      return promise;
    }
    loop->Hold();
    loop->Await();
    return promise;
  }

  PromiseJob(Napi::Env env, std::shared_ptr<EnvLoop> loop, Body body)
      : loop_(std::move(loop)), deferred_(env), body_(std::make_unique<Body>(std::move(body))) {}

  void Settle(Napi::Env env) override {
    loop_->Release();
    loop_->Answered();
    Napi::Value result;
    try {
      result = result_.ToJs(env);
    } catch (const Napi::Error& error) {
      // JavaScript has no room for it: a text longer than its longest string.
      failed_ = true;
      result = Failure("ERR_NATIVE", error.Message()).ToValue().ToJs(env);
    }
    if (failed_) {
      deferred_.Reject(result);
    } else {
      deferred_.Resolve(result);
    }
  }

 private:
  static JobQueue::Delivery Work(std::unique_ptr<PromiseJob> job) {
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
    return [raw = job.release()] {
      std::shared_ptr<EnvLoop> loop = raw->loop_;
      loop->Post(std::unique_ptr<Task>(raw));
    };
  }

  std::shared_ptr<EnvLoop> loop_;
  Napi::Promise::Deferred deferred_;
  std::unique_ptr<Body> body_;
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

/// Runs the JavaScript thread's half of a call, which reads arguments and returns a promise. What a getter of the
/// caller's throws goes on to the caller as it is; anything else must not leave for V8, which would end the process.
template <class Start>
Napi::Value Promised(Napi::Env env, Start start) {
  try {
    return start();
  } catch (const Failure& failure) {
    return Rejected(env, failure);
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    return Rejected(env, Failure("ERR_NATIVE", error.what()));
  }
}

}  // namespace hvkit
