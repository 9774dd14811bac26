#pragma once

#include <libvirt/libvirt.h>
#include <napi.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "common/env_loop.h"
#include "common/failure.h"
#include "common/job_queue.h"
#include "libvirt/event_loop.h"

namespace hvkit::libvirt {

class Cell;
class Registration;

/// One open connection and the threads that work for it. Every handle of the connection, every job and every
/// subscription shares it; when the last of them lets go, virConnectClose runs as the queue's last job, because closing
/// talks to the daemon, and the last to let go may be the JavaScript thread or libvirt's event loop.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// `silence` is null where libvirt's event loop is not ours, or the connection has no socket there.
  Connection(virConnectPtr pointer, std::shared_ptr<JobQueue> queue, std::shared_ptr<EnvLoop> loop,
             std::shared_ptr<Silence> silence);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virConnectPtr pointer() const { return pointer_; }
  JobQueue& queue() const { return *queue_; }
  const std::shared_ptr<EnvLoop>& loop() const { return loop_; }
  const std::shared_ptr<Silence>& silence() const { return silence_; }

  /// In a job: what of libvirt the body calls. It fails with the reason if that was that the connection was ended.
  template <class Body>
  Value Ask(Body body) const {
    try {
      return body();
    } catch (const Failure&) {
      if (WasEnded()) throw Ended();
      throw;
    }
  }
  /// Because the other end had been silent for too long.
  bool WasEnded() const { return silence_ && silence_->over; }

  /// JavaScript thread. No call is taken any more, every handle of this connection becomes unusable; the promise
  /// resolves when the calls under way have come back and libvirt has closed, with what virConnectClose returned.
  static Napi::Promise Close(Napi::Env env, const std::shared_ptr<Connection>& connection);

  /// JavaScript thread: the handles that JavaScript holds, so that Close can take back what they point to.
  std::unordered_set<Cell*>& cells() { return cells_; }
  /// JavaScript thread: the registrations for events that have a reader, by kind and object.
  std::map<std::string, std::weak_ptr<Registration>>& registrations() { return registrations_; }
  bool closing() const { return when_closed_.has_value(); }

 private:
  static Failure Ended();

  const virConnectPtr pointer_;
  const std::shared_ptr<JobQueue> queue_;
  const std::shared_ptr<EnvLoop> loop_;
  const std::shared_ptr<Silence> silence_;
  std::unordered_set<Cell*> cells_;                                   // JavaScript thread only
  std::map<std::string, std::weak_ptr<Registration>> registrations_;  // JavaScript thread only
  std::optional<Napi::Promise::Deferred> when_closed_;  // set by Close on the JavaScript thread, read by the destructor
};

/// Native function `open(uri, flags, credentialTypes, ask)`: see src/native/libvirt/binding.ts.
Napi::Value Open(const Napi::CallbackInfo& info);
/// Native function `close(connection)`.
Napi::Value Close(const Napi::CallbackInfo& info);

}  // namespace hvkit::libvirt
