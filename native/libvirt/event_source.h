#pragma once

#include <napi.h>

#include <memory>

#include "common/event_queue.h"
#include "libvirt/registration.h"

namespace hvkit::libvirt {

/// JavaScript class `EventSource`: a bounded queue of events of one kind. See src/native/libvirt/binding.ts.
///
/// Order of ending: the queue is closed, so that nothing more is delivered; then a job takes the registration back.
/// libvirt's thread may push until libvirt calls Listener::Delete, which is harmless: the queue lives as long as the
/// listener.
class EventSource : public Napi::ObjectWrap<EventSource> {
 public:
  static Napi::Function Class(Napi::Env env);
  explicit EventSource(const Napi::CallbackInfo& info);
  ~EventSource() override;

 private:
  Napi::Value Start(const Napi::CallbackInfo& info);
  Napi::Value Take(const Napi::CallbackInfo& info);
  Napi::Value Stop(const Napi::CallbackInfo& info);
  Napi::Value Hold(const Napi::CallbackInfo& info);

  std::shared_ptr<EventQueue> queue_;
  std::shared_ptr<Registration> registration_;
  bool held_ = false;
};

}  // namespace hvkit::libvirt
