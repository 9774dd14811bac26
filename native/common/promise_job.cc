#include "common/promise_job.h"

#include <exception>
#include <system_error>

namespace hvkit {

namespace {

class PromiseJob final : public Task {
 public:
  PromiseJob(Napi::Env env, std::shared_ptr<EnvLoop> loop, std::unique_ptr<Work> work)
      : loop_(std::move(loop)), deferred_(env), work_(std::move(work)) {}

  static Napi::Promise Start(std::unique_ptr<PromiseJob> job, Napi::Env env, JobQueue& queue, JobQueue::Beside beside) {
    const std::shared_ptr<EnvLoop> loop = job->loop_;
    Napi::Promise promise = job->deferred_.Promise();
    // std::function wants a copyable callable; the raw pointer is owned by exactly one run of it.
    PromiseJob* raw = job.release();
    try {
      queue.Post([raw] { return Run(std::unique_ptr<PromiseJob>(raw)); }, beside);
    } catch (const std::system_error& error) {
      std::unique_ptr<PromiseJob> unposted(raw);
      unposted->deferred_.Reject(Failure("ERR_NO_THREAD", error.what()).ToValue().ToJs(env));
      return promise;
    }
    loop->Hold();
    loop->Await();
    return promise;
  }

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
  static JobQueue::Delivery Run(std::unique_ptr<PromiseJob> job) {
    try {
      job->result_ = job->work_->Run();
    } catch (const Failure& failure) {
      job->failed_ = true;
      job->result_ = failure.ToValue();
    } catch (const std::exception& error) {
      // Out of memory, above all. Nothing may leave a thread's function.
      job->failed_ = true;
      job->result_ = Failure("ERR_NATIVE", error.what()).ToValue();
    }
    job->work_.reset();
    return [raw = job.release()] {
      std::shared_ptr<EnvLoop> loop = raw->loop_;
      loop->Post(std::unique_ptr<Task>(raw));
    };
  }

  std::shared_ptr<EnvLoop> loop_;
  Napi::Promise::Deferred deferred_;
  std::unique_ptr<Work> work_;
  Value result_;
  bool failed_ = false;
};

}  // namespace

Napi::Promise RunAsync(Napi::Env env, const std::shared_ptr<EnvLoop>& loop, JobQueue& queue, std::unique_ptr<Work> work,
                       JobQueue::Beside beside) {
  return PromiseJob::Start(std::make_unique<PromiseJob>(env, loop, std::move(work)), env, queue, beside);
}

Napi::Promise Rejected(Napi::Env env, const Failure& failure) {
  Napi::Promise::Deferred deferred(env);
  deferred.Reject(failure.ToValue().ToJs(env));
  return deferred.Promise();
}

Napi::Value Promised(Napi::Env env, const std::function<Napi::Value()>& start) {
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
