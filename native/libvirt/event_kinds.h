#pragma once

#include <libvirt/libvirt.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/event_queue.h"
#include "libvirt/handle.h"

namespace hvkit::libvirt {

/// The readers of one registration. Pushing happens on libvirt's thread, joining and leaving in jobs.
class Audience {
 public:
  void Push(const Value& event);
  void Join(const std::shared_ptr<EventQueue>& queue);
  /// Whether this was the last one.
  bool Leave(const std::shared_ptr<EventQueue>& queue);

 private:
  std::mutex mutex_;  // never held while libvirt is called
  std::vector<std::shared_ptr<EventQueue>> queues_;
};

/// Where the events of one registration go: the callback's opaque pointer. Its Registration owns it if libvirt does not
/// free it when no more events will come. It does not keep the connection open: whoever subscribed does.
struct Listener {
  std::shared_ptr<Audience> audience;
  std::weak_ptr<Connection> connection;
  const char* const* fields;  // names of the event's details, in the callback's order

  static void Delete(void* opaque) { delete static_cast<Listener*>(opaque); }
};

/// One kind of event that can be subscribed to. Adding one is a line in the table of event_kinds.cc.
struct EventKind {
  const char* family;  // "domain", "network", ...
  int id;              // libvirt's number within the family
  /// Any callback of libvirt; `add` knows its real type.
  void (*callback)();
  const char* const* fields;
  /// Both run in a job. `object`, or null for all of the connection. Returns what `remove` needs, below 0 on failure.
  int (*add)(const EventKind& kind, virConnectPtr connection, const AnyHandle* object, Listener* listener);
  int (*remove)(virConnectPtr connection, const AnyHandle* object, int registration);
  bool libvirt_frees;  // the listener, by Listener::Delete
  /// What tells the object from others of its kind.
  std::string (*key)(const AnyHandle* object);
  const char* add_name;
  const char* remove_name;
};

/// nullptr if there is none.
const EventKind* FindEventKind(const std::string& family, int id);

}  // namespace hvkit::libvirt
