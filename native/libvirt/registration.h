#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "libvirt/event_kinds.h"
#include "libvirt/handle.h"

namespace hvkit::libvirt {

/// One registration with libvirt, for as many readers as there are: libvirt refuses a second one of the same kind about
/// the same object. It is made when the first reader comes and taken back when the last one leaves.
class Registration {
 public:
  /// JavaScript thread. The one that the connection has already, or a new one. `object` is null for all of the
  /// connection.
  static std::shared_ptr<Registration> Of(const EventKind& kind, const std::shared_ptr<AnyHandle>& connection,
                                          const std::shared_ptr<AnyHandle>& object);

  Registration(const EventKind& kind, std::shared_ptr<AnyHandle> connection, std::shared_ptr<AnyHandle> object);
  ~Registration();
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  /// In a job; throw Failure. A queue that was closed meanwhile is not added, so the two may come in any order.
  void Add(const std::shared_ptr<EventQueue>& queue);
  void Remove(const std::shared_ptr<EventQueue>& queue);
  /// The same where nobody is left to be told of a failure: the reader was collected, or its environment has ended.
  void Forget(const std::shared_ptr<EventQueue>& queue) { static_cast<void>(TryRemove(queue)); }

  const std::shared_ptr<Connection>& connection() const { return connection_->connection(); }

 private:
  bool TryRemove(const std::shared_ptr<EventQueue>& queue);

  const EventKind& kind_;
  const std::shared_ptr<AnyHandle> connection_;
  const std::shared_ptr<AnyHandle> object_;
  const std::shared_ptr<Audience> audience_;
  std::mutex mutex_;                    // held while libvirt is called; libvirt's callbacks never take it
  int id_ = -1;                         // guarded by mutex_
  std::unique_ptr<Listener> listener_;  // guarded by mutex_; null if libvirt owns it
};

}  // namespace hvkit::libvirt
