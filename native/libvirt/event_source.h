#pragma once

#include <napi.h>

#include <memory>

#include "common/event_queue.h"
#include "libvirt/event_kinds.h"
#include "libvirt/handle.h"

namespace hvkit::libvirt {

/// One registration with libvirt. When the last owner lets go, it is taken back by a job.
class Registration {
 public:
  Registration(const EventKind& kind, std::shared_ptr<AnyHandle> connection, std::shared_ptr<AnyHandle> object)
      : kind_(kind), connection_(std::move(connection)), object_(std::move(object)) {}
  ~Registration();
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  /// In a job; throw Failure.
  void Add(const std::shared_ptr<EventQueue>& queue);
  void Remove();

  const std::shared_ptr<Connection>& connection() const { return connection_->connection(); }

 private:
  virConnectPtr pointer() const { return connection()->pointer(); }

  const EventKind& kind_;
  const std::shared_ptr<AnyHandle> connection_;
  const std::shared_ptr<AnyHandle> object_;  // null: all of the connection
  std::mutex mutex_;
  int id_ = -1;           // guarded by mutex_
  bool removed_ = false;  // guarded by mutex_
};

/// JavaScript class `EventSource`: a bounded queue of events of one kind. See src/native/libvirt/binding.ts.
///
/// Order of ending: the registration goes first, then the queue is closed. libvirt's thread may push until libvirt calls
/// Listener::Delete, which is harmless: the queue lives as long as the listener.
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
