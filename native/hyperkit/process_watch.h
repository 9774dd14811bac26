#pragma once

#include <napi.h>

#include <memory>

#include "common/event_queue.h"

namespace hvkit::hyperkit {

/// JavaScript class `ProcessWatch`: tells of the end of one process. See src/native/hyperkit/binding.ts.
///
/// Order of ending: the queue is closed, so that nothing more is delivered; then the watcher forgets it.
class ProcessWatch : public Napi::ObjectWrap<ProcessWatch> {
 public:
  static Napi::Function Class(Napi::Env env);
  explicit ProcessWatch(const Napi::CallbackInfo& info);
  ~ProcessWatch() override;

 private:
  Napi::Value Start(const Napi::CallbackInfo& info);
  Napi::Value Watch(const Napi::CallbackInfo& info);
  Napi::Value Take(const Napi::CallbackInfo& info);
  Napi::Value Stop(const Napi::CallbackInfo& info);
  Napi::Value Hold(const Napi::CallbackInfo& info);
  void Close();

  std::shared_ptr<EventQueue> queue_;
  bool stopped_ = false;
  bool held_ = false;
};

/// `findProcess(pid)`: a promise of `{pid, start, executable, ended}`, or of null.
Napi::Value FindProcessAsync(const Napi::CallbackInfo& info);

/// `signalProcess(pid, start, signal)`: a promise of whether there was such a process. Signal 0 only asks that.
Napi::Value SignalProcessAsync(const Napi::CallbackInfo& info);

}  // namespace hvkit::hyperkit
