#pragma once

#include <napi.h>

#include <memory>
#include <mutex>
#include <vector>

#include "common/spin.h"

namespace hvkit {

/// Something to be finished on the JavaScript thread. If its environment ends first it is destroyed unsettled, on
/// whichever thread notices: the destructor must not touch JavaScript.
class Task {
 public:
  virtual ~Task() = default;
  virtual void Settle(Napi::Env env) = 0;
};

/// The way back into one JavaScript environment (the main thread or a worker): any thread posts tasks, the
/// environment's thread settles them in the order they came. One per environment, kept in the addon's instance data.
///
/// It holds no mutex while it runs a task, and it outlives its environment: a job that comes back after a worker has
/// ended finds it closed, and its task is dropped.
class EnvLoop {
 public:
  static std::shared_ptr<EnvLoop> Create(Napi::Env env);
  ~EnvLoop() = default;
  EnvLoop(const EnvLoop&) = delete;
  EnvLoop& operator=(const EnvLoop&) = delete;

  /// From any thread. False: the environment has ended, and the task was destroyed.
  bool Post(std::unique_ptr<Task> task);

  /// JavaScript thread only. While something is held, the event loop (and so the process) stays alive.
  void Hold();
  void Release();

  /// JavaScript thread only. The answer to a call will come, and has come.
  void Await();
  void Answered();
  /// JavaScript thread only. Whether an answer is so near that to sleep until it comes would take longer.
  bool IsAnswerNear() const { return awaited_ > 0 && spin_.Again(); }

 private:
  static void OnCall(napi_env env, napi_value callback, void* context, void* data);
  static void OnCleanup(void* owner);
  explicit EnvLoop(napi_env env) : env_(env) {}
  void Settle(napi_env env);

  std::mutex mutex_;
  bool open_ = true;                          // guarded by mutex_
  std::vector<std::unique_ptr<Task>> tasks_;  // guarded by mutex_
  napi_threadsafe_function wake_ = nullptr;   // called under mutex_, so never after OnCleanup
  napi_env env_;                              // JavaScript thread only
  size_t held_ = 0;                           // JavaScript thread only
  size_t awaited_ = 0;                        // JavaScript thread only
  Spin spin_;                                 // JavaScript thread only
};

}  // namespace hvkit
