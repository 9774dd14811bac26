#include "libvirt/registration.h"

#include <utility>

#include "libvirt/error.h"

namespace hvkit::libvirt {

namespace {

/// Freed by the thread that runs the callbacks: it may be in one just now.
void FreeLater(std::unique_ptr<Listener> listener) {
  if (!listener) return;
  // Where no timer can be had it is better lost than freed.
  virEventAddTimeout(
      0, [](int timer, void* /*opaque*/) { virEventRemoveTimeout(timer); }, listener.release(), Listener::Delete);
}

}  // namespace

std::shared_ptr<Registration> Registration::Of(const EventKind& kind, const std::shared_ptr<AnyHandle>& connection,
                                               const std::shared_ptr<AnyHandle>& object) {
  std::string key = std::string(kind.family) + '/' + std::to_string(kind.id);
  if (object) key += '/' + kind.key(object.get());
  auto& known = connection->connection()->registrations();
  for (auto each = known.begin(); each != known.end();) each = each->second.expired() ? known.erase(each) : ++each;
  auto registration = known[key].lock();
  if (!registration) {
    registration = std::make_shared<Registration>(kind, connection, object);
    known[key] = registration;
  }
  return registration;
}

Registration::Registration(const EventKind& kind, std::shared_ptr<AnyHandle> connection,
                           std::shared_ptr<AnyHandle> object)
    : kind_(kind),
      connection_(std::move(connection)),
      object_(std::move(object)),
      audience_(std::make_shared<Audience>()) {}

Registration::~Registration() {
  // Taken back by a job, as a rule. Where no thread could be had for it that is done late and here: libvirt would go on
  // to call what is freed with this.
  if (id_ < 0) return;
  if (kind_.remove(connection()->pointer(), object_.get(), id_) < 0) {
    static_cast<void>(listener_.release());
  } else {
    FreeLater(std::move(listener_));
  }
}

void Registration::Add(const std::shared_ptr<EventQueue>& queue) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (queue->closed()) return;
  audience_->Join(queue);
  if (id_ >= 0) return;
  auto listener = std::make_unique<Listener>(Listener{audience_, connection(), kind_.fields});
  const int id = kind_.add(kind_, connection()->pointer(), object_.get(), listener.get());
  if (id < 0) {
    audience_->Leave(queue);
    throw LastFailure(kind_.add_name);
  }
  id_ = id;
  if (kind_.libvirt_frees) {
    static_cast<void>(listener.release());
  } else {
    listener_ = std::move(listener);
  }
}

void Registration::Remove(const std::shared_ptr<EventQueue>& queue) {
  if (!TryRemove(queue)) throw LastFailure(kind_.remove_name);
}

bool Registration::TryRemove(const std::shared_ptr<EventQueue>& queue) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!audience_->Leave(queue) || id_ < 0) return true;
  const bool removed = kind_.remove(connection()->pointer(), object_.get(), std::exchange(id_, -1)) >= 0;
  // What libvirt did not take back it may be calling just now: better lost than freed.
  if (removed) {
    FreeLater(std::move(listener_));
  } else {
    static_cast<void>(listener_.release());
  }
  return removed;
}

}  // namespace hvkit::libvirt
