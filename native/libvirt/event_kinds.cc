#include "libvirt/event_kinds.h"

#include <libvirt/libvirt-qemu.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "libvirt/typed_params.h"

namespace hvkit::libvirt {

namespace {

// ---- callbacks, on libvirt's event loop thread: copy, push, return

template <class Pointer>
void PushEvent(Pointer object, Value::Fields fields, void* opaque) {
  auto* listener = static_cast<Listener*>(opaque);
  std::shared_ptr<Connection> connection = listener->connection.lock();
  if (!connection) return;
  Kind<Pointer>::Ref(object);
  fields.emplace_back("object", Own(object, connection));
  listener->audience->Push(std::move(fields));
}

/// The details' C types in the order of the callback; their names come with the listener.
template <class Pointer, class... Details>
struct Event {
  static void On(virConnectPtr /*connection*/, Pointer object, Details... details, void* opaque) {
    const char* const* name = static_cast<Listener*>(opaque)->fields;
    Value::Fields fields;
    (fields.emplace_back(*name++, details), ...);
    PushEvent(object, std::move(fields), opaque);
  }
};

void OnParameters(virConnectPtr /*connection*/, virDomainPtr domain, virTypedParameterPtr params, int count,
                  void* opaque) {
  PushEvent(domain, {{"parameters", TypedParamsToValue(params, count)}}, opaque);
}

Value ToValue(const virDomainEventGraphicsAddress* address) {
  if (address == nullptr) return Value::Null{};
  return Value::Fields{{"family", address->family}, {"node", address->node}, {"service", address->service}};
}

void OnGraphics(virConnectPtr /*connection*/, virDomainPtr domain, int phase,
                const virDomainEventGraphicsAddress* local, const virDomainEventGraphicsAddress* remote,
                const char* auth_scheme, const virDomainEventGraphicsSubject* subject, void* opaque) {
  Value::List identities;
  for (int i = 0; subject != nullptr && i < subject->nidentity; ++i) {
    identities.emplace_back(
        Value::Fields{{"type", subject->identities[i].type}, {"name", subject->identities[i].name}});
  }
  PushEvent(domain,
            {{"phase", phase},
             {"local", ToValue(local)},
             {"remote", ToValue(remote)},
             {"authScheme", auth_scheme},
             {"identities", std::move(identities)}},
            opaque);
}

void OnMonitorEvent(virConnectPtr /*connection*/, virDomainPtr domain, const char* event, long long seconds,
                    unsigned int micros, const char* details, void* opaque) {
  PushEvent(domain, {{"event", event}, {"seconds", seconds}, {"micros", micros}, {"details", details}}, opaque);
}

void OnClose(virConnectPtr /*connection*/, int reason, void* opaque) {
  auto* listener = static_cast<Listener*>(opaque);
  std::shared_ptr<Connection> connection = listener->connection.lock();
  const bool ended = connection && connection->WasEnded();
  listener->audience->Push(Value::Fields{{"reason", ended ? VIR_CONNECT_CLOSE_REASON_KEEPALIVE : reason}});
}

void OnStream(virStreamPtr stream, int events, void* opaque) {
  // Level-triggered: silent until JavaScript has dealt with it and asks again.
  virStreamEventUpdateCallback(stream, 0);
  static_cast<Listener*>(opaque)->audience->Push(Value::Fields{{"events", events}});
}

// ---- how each family is registered, and what tells its objects apart

template <class Pointer, int (*kGet)(Pointer, char*)>
std::string UuidKey(const AnyHandle* object) {
  char uuid[VIR_UUID_STRING_BUFLEN];
  return kGet(static_cast<const Handle<Pointer>*>(object)->pointer(), uuid) < 0 ? "" : uuid;
}

std::string DeviceKey(const AnyHandle* object) {
  const char* name = virNodeDeviceGetName(static_cast<const Handle<virNodeDevicePtr>*>(object)->pointer());
  return name == nullptr ? "" : name;
}

std::string AddressKey(const AnyHandle* object) { return std::to_string(reinterpret_cast<uintptr_t>(object)); }

template <class Pointer>
Pointer PointerOf(const AnyHandle* object) {
  return object == nullptr ? nullptr : static_cast<const Handle<Pointer>*>(object)->pointer();
}

template <class Pointer, class GenericCallback,
          int (*kAdd)(virConnectPtr, Pointer, int, GenericCallback, void*, virFreeCallback)>
int AddAny(const EventKind& kind, virConnectPtr connection, const AnyHandle* object, Listener* listener) {
  return kAdd(connection, PointerOf<Pointer>(object), kind.id, reinterpret_cast<GenericCallback>(kind.callback),
              listener, Listener::Delete);
}

template <int (*kRemove)(virConnectPtr, int)>
int RemoveAny(virConnectPtr connection, const AnyHandle* /*object*/, int registration) {
  return kRemove(connection, registration);
}

// Drivers without a daemon accept the callback and forget it, with its free function: freeing is ours.
int AddClose(const EventKind& /*kind*/, virConnectPtr connection, const AnyHandle* /*object*/, Listener* listener) {
  return virConnectRegisterCloseCallback(connection, OnClose, listener, nullptr);
}
int RemoveClose(virConnectPtr connection, const AnyHandle* /*object*/, int /*registration*/) {
  return virConnectUnregisterCloseCallback(connection, OnClose);
}

// The client of a daemon forgets the free function of a stream's callback: freeing is ours here, too.
int AddStream(const EventKind& /*kind*/, virConnectPtr /*connection*/, const AnyHandle* object, Listener* listener) {
  return virStreamEventAddCallback(PointerOf<virStreamPtr>(object), 0, OnStream, listener, nullptr);
}
int RemoveStream(virConnectPtr /*connection*/, const AnyHandle* object, int /*registration*/) {
  return virStreamEventRemoveCallback(PointerOf<virStreamPtr>(object));
}

int AddMonitor(const EventKind& /*kind*/, virConnectPtr connection, const AnyHandle* object, Listener* listener) {
  return virConnectDomainQemuMonitorEventRegister(connection, PointerOf<virDomainPtr>(object), nullptr, OnMonitorEvent,
                                                  listener, Listener::Delete, 0);
}

// ---- the table

template <class Callback>
EventKind Domain(int id, Callback* callback, const char* const* fields) {
  return {"domain",
          id,
          reinterpret_cast<void (*)()>(callback),
          fields,
          AddAny<virDomainPtr, virConnectDomainEventGenericCallback, virConnectDomainEventRegisterAny>,
          RemoveAny<virConnectDomainEventDeregisterAny>,
          true,
          UuidKey<virDomainPtr, virDomainGetUUIDString>,
          "virConnectDomainEventRegisterAny",
          "virConnectDomainEventDeregisterAny"};
}

template <class... Details>
auto* DomainEvent() {
  return Event<virDomainPtr, Details...>::On;
}

/// Static names for one kind: the details' order in C.
template <class... Names>
const char* const* Fields(Names... names) {
  // One small array a kind, for as long as the process lives: registrations point to it.
  return new const char* const[sizeof...(names) + 1]{names..., nullptr};
}

#define HVKIT_FAMILY(family, Type, key, id, ...)                                                       \
  {family,                                                                                             \
   id,                                                                                                 \
   reinterpret_cast<void (*)()>(Event<vir##Type##Ptr, ##__VA_ARGS__>::On),                             \
   Fields("event", "detail"),                                                                          \
   AddAny<vir##Type##Ptr, virConnect##Type##EventGenericCallback, virConnect##Type##EventRegisterAny>, \
   RemoveAny<virConnect##Type##EventDeregisterAny>,                                                    \
   true,                                                                                               \
   key,                                                                                                \
   "virConnect" #Type "EventRegisterAny",                                                              \
   "virConnect" #Type "EventDeregisterAny"}

constexpr auto* NetworkKey = UuidKey<virNetworkPtr, virNetworkGetUUIDString>;
constexpr auto* PoolKey = UuidKey<virStoragePoolPtr, virStoragePoolGetUUIDString>;
constexpr auto* SecretKey = UuidKey<virSecretPtr, virSecretGetUUIDString>;

std::vector<EventKind> AllKinds() {
  using Text = const char*;
  using Count = unsigned long long;
  return {
      Domain(VIR_DOMAIN_EVENT_ID_LIFECYCLE, DomainEvent<int, int>(), Fields("event", "detail")),
      Domain(VIR_DOMAIN_EVENT_ID_REBOOT, DomainEvent<>(), Fields()),
      Domain(VIR_DOMAIN_EVENT_ID_RTC_CHANGE, DomainEvent<long long>(), Fields("utcOffset")),
      Domain(VIR_DOMAIN_EVENT_ID_WATCHDOG, DomainEvent<int>(), Fields("action")),
      Domain(VIR_DOMAIN_EVENT_ID_IO_ERROR, DomainEvent<Text, Text, int>(), Fields("path", "device", "action")),
      Domain(VIR_DOMAIN_EVENT_ID_GRAPHICS, OnGraphics, Fields()),
      Domain(VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, DomainEvent<Text, Text, int, Text>(),
             Fields("path", "device", "action", "reason")),
      Domain(VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, DomainEvent<>(), Fields()),
      Domain(VIR_DOMAIN_EVENT_ID_BLOCK_JOB, DomainEvent<Text, int, int>(), Fields("disk", "type", "status")),
      Domain(VIR_DOMAIN_EVENT_ID_DISK_CHANGE, DomainEvent<Text, Text, Text, int>(),
             Fields("oldPath", "newPath", "device", "reason")),
      Domain(VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, DomainEvent<Text, int>(), Fields("device", "reason")),
      Domain(VIR_DOMAIN_EVENT_ID_PMWAKEUP, DomainEvent<int>(), Fields("reason")),
      Domain(VIR_DOMAIN_EVENT_ID_PMSUSPEND, DomainEvent<int>(), Fields("reason")),
      Domain(VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, DomainEvent<Count>(), Fields("memory")),
      Domain(VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, DomainEvent<int>(), Fields("reason")),
      Domain(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, DomainEvent<Text>(), Fields("device")),
      Domain(VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, DomainEvent<Text, int, int>(), Fields("disk", "type", "status")),
      Domain(VIR_DOMAIN_EVENT_ID_TUNABLE, OnParameters, Fields()),
      Domain(VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, DomainEvent<int, int>(), Fields("state", "reason")),
      Domain(VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, DomainEvent<Text>(), Fields("device")),
      Domain(VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION, DomainEvent<int>(), Fields("iteration")),
      Domain(VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, OnParameters, Fields()),
      Domain(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, DomainEvent<Text>(), Fields("device")),
      Domain(VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, DomainEvent<int, Text>(), Fields("type", "namespace")),
      Domain(VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, DomainEvent<Text, Text, Count, Count>(),
             Fields("device", "path", "threshold", "excess")),
      // Newer than libvirt 6.0, whose headers have no name for them.
      Domain(25, DomainEvent<int, int, unsigned int>(), Fields("recipient", "action", "flags")),  // MEMORY_FAILURE, 6.9
      Domain(26, DomainEvent<Text, Count>(), Fields("device", "size")),  // MEMORY_DEVICE_SIZE_CHANGE, 7.9

      HVKIT_FAMILY("network", Network, NetworkKey, VIR_NETWORK_EVENT_ID_LIFECYCLE, int, int),
      HVKIT_FAMILY("pool", StoragePool, PoolKey, VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, int, int),
      HVKIT_FAMILY("pool", StoragePool, PoolKey, VIR_STORAGE_POOL_EVENT_ID_REFRESH),
      HVKIT_FAMILY("nodeDevice", NodeDevice, DeviceKey, VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, int, int),
      HVKIT_FAMILY("nodeDevice", NodeDevice, DeviceKey, VIR_NODE_DEVICE_EVENT_ID_UPDATE),
      HVKIT_FAMILY("secret", Secret, SecretKey, VIR_SECRET_EVENT_ID_LIFECYCLE, int, int),
      HVKIT_FAMILY("secret", Secret, SecretKey, VIR_SECRET_EVENT_ID_VALUE_CHANGED),

      {"close", 0, nullptr, nullptr, AddClose, RemoveClose, false, AddressKey, "virConnectRegisterCloseCallback",
       "virConnectUnregisterCloseCallback"},
      {"stream", 0, nullptr, nullptr, AddStream, RemoveStream, false, AddressKey, "virStreamEventAddCallback",
       "virStreamEventRemoveCallback"},
      {"monitor", 0, nullptr, nullptr, AddMonitor, RemoveAny<virConnectDomainQemuMonitorEventDeregister>, true,
       UuidKey<virDomainPtr, virDomainGetUUIDString>, "virConnectDomainQemuMonitorEventRegister",
       "virConnectDomainQemuMonitorEventDeregister"},
  };
}

#undef HVKIT_FAMILY

}  // namespace

void Audience::Push(const Value& event) {
  std::vector<std::shared_ptr<EventQueue>> queues;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queues = queues_;
  }
  // Outside: what a full queue drops may free an object of libvirt.
  for (const auto& queue : queues) queue->Push(event);
}

void Audience::Join(const std::shared_ptr<EventQueue>& queue) {
  std::lock_guard<std::mutex> lock(mutex_);
  queues_.push_back(queue);
}

bool Audience::Leave(const std::shared_ptr<EventQueue>& queue) {
  std::lock_guard<std::mutex> lock(mutex_);
  queues_.erase(std::remove(queues_.begin(), queues_.end(), queue), queues_.end());
  return queues_.empty();
}

const EventKind* FindEventKind(const std::string& family, int id) {
  // Never destroyed: libvirt's thread may still be in a callback when the process exits.
  static const auto* kinds = new std::vector<EventKind>(AllKinds());
  for (const EventKind& kind : *kinds) {
    if (kind.family == family && kind.id == id) return &kind;
  }
  return nullptr;
}

}  // namespace hvkit::libvirt
