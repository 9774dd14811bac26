#include "common/env_loop.h"

#include <utility>

namespace hvkit {

std::shared_ptr<EnvLoop> EnvLoop::Create(Napi::Env env) {
  std::shared_ptr<EnvLoop> loop(new EnvLoop(env));
  napi_status status =
      napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "hvkit"), /*max_queue_size=*/0,
                                      /*initial_thread_count=*/1, nullptr, nullptr, loop.get(), OnCall, &loop->wake_);
  if (status != napi_ok) throw Napi::Error::New(env);
  napi_unref_threadsafe_function(env, loop->wake_);
  // Hooks run last in, first out: ours closes the door before the thread-safe function's own hook destroys it.
  napi_add_env_cleanup_hook(env, OnCleanup, new std::shared_ptr<EnvLoop>(loop));
  return loop;
}

bool EnvLoop::Post(std::unique_ptr<Task> task) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!open_) return false;
  tasks_.push_back(std::move(task));
  // One wake-up settles all that has come since the last one.
  if (tasks_.size() == 1) napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
  return true;
}

void EnvLoop::Hold() {
  if (held_++ == 0) napi_ref_threadsafe_function(env_, wake_);
}

void EnvLoop::Release() {
  if (--held_ == 0 && open_) napi_unref_threadsafe_function(env_, wake_);
}

void EnvLoop::Await() {
  ++awaited_;
  spin_.Begin();
}

void EnvLoop::Answered() {
  --awaited_;
  spin_.Came();
}

void EnvLoop::OnCall(napi_env env, napi_value /*callback*/, void* context, void* /*data*/) {
  if (env != nullptr) static_cast<EnvLoop*>(context)->Settle(env);
}

void EnvLoop::Settle(napi_env env) {
  std::vector<std::unique_ptr<Task>> tasks;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    tasks.swap(tasks_);
  }
  for (auto& task : tasks) {
    Napi::HandleScope scope(env);
    try {
      task->Settle(env);
    } catch (const Napi::Error& error) {
      // Only when JavaScript can no longer run (the worker is being terminated). The others are still owed their turn.
      if (!error.IsEmpty()) napi_fatal_exception(env, error.Value());
    }
    task.reset();
  }
}

void EnvLoop::OnCleanup(void* owner) {
  std::unique_ptr<std::shared_ptr<EnvLoop>> loop_owner(static_cast<std::shared_ptr<EnvLoop>*>(owner));
  EnvLoop* loop = loop_owner->get();
  std::vector<std::unique_ptr<Task>> dropped;
  std::lock_guard<std::mutex> lock(loop->mutex_);
  loop->open_ = false;
  dropped.swap(loop->tasks_);
}

}  // namespace hvkit
