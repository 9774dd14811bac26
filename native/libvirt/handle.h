#pragma once

#include <libvirt/libvirt.h>
#include <napi.h>

#include <memory>
#include <string>
#include <utility>

#include "common/value.h"
#include "libvirt/connection.h"

namespace hvkit::libvirt {

/// What we know of each kind of libvirt object: its name, how it is freed, the tag that tells its JavaScript handle
/// from any other object.
template <class Pointer>
struct Kind;

/// An address of this copy of the addon: a second copy in the process, perhaps of another version, has another one, and
/// so refuses handles that it would read wrongly.
inline uint64_t TagOfHandles() {
  static const char here = 0;
  return reinterpret_cast<uintptr_t>(&here);
}

#define HVKIT_KIND(Type, number)                                           \
  template <>                                                              \
  struct Kind<vir##Type##Ptr> {                                            \
    static constexpr const char* kName = #Type;                            \
    static inline const napi_type_tag kTag{TagOfHandles(), number};        \
    static void Free(vir##Type##Ptr pointer) { vir##Type##Free(pointer); } \
    static void Ref(vir##Type##Ptr pointer) { vir##Type##Ref(pointer); }   \
  };
HVKIT_KIND(Domain, 2)
HVKIT_KIND(DomainSnapshot, 3)
HVKIT_KIND(DomainCheckpoint, 4)
HVKIT_KIND(Network, 5)
HVKIT_KIND(NetworkPort, 6)
HVKIT_KIND(Interface, 7)
HVKIT_KIND(StoragePool, 8)
HVKIT_KIND(StorageVol, 9)
HVKIT_KIND(NodeDevice, 10)
HVKIT_KIND(Secret, 11)
HVKIT_KIND(NWFilter, 12)
HVKIT_KIND(NWFilterBinding, 13)
HVKIT_KIND(Stream, 14)
#undef HVKIT_KIND

/// The connection's own pointer: its Connection frees it.
template <>
struct Kind<virConnectPtr> {
  static constexpr const char* kName = "Connection";
  static inline const napi_type_tag kTag{TagOfHandles(), 1};
  static void Free(virConnectPtr /*pointer*/) {}
};

/// A libvirt object and the connection it belongs to, shared by its JavaScript handle and the jobs that use it: freeing
/// the handle while a call is under way frees the object when that call has come back.
class AnyHandle : public Referenced {
 public:
  explicit AnyHandle(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  const std::shared_ptr<Connection>& connection() const { return connection_; }

 private:
  const std::shared_ptr<Connection> connection_;  // let go after the object is freed
};

template <class Pointer>
class Handle : public AnyHandle {
 public:
  /// Takes over the caller's reference.
  Handle(Pointer pointer, std::shared_ptr<Connection> connection)
      : AnyHandle(std::move(connection)), pointer_(pointer) {}
  ~Handle() override { Kind<Pointer>::Free(pointer_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  Pointer pointer() const { return pointer_; }
  Napi::Value Wrap(Napi::Env env, const std::shared_ptr<Referenced>& self) override;

 private:
  const Pointer pointer_;
};

/// The native half of a JavaScript handle: an empty object tagged with its kind. The handle may outlive what it points
/// to, when it was freed or its connection closed; then it is empty and says which of the two it was.
class Cell {
 public:
  static Napi::Object New(Napi::Env env, const napi_type_tag& tag, std::shared_ptr<AnyHandle> handle);
  /// What the handle points to. Throws Failure: not a handle of this kind, freed, connection closed.
  static const std::shared_ptr<AnyHandle>& Open(Napi::Value value, const napi_type_tag& tag, const char* kind);
  static bool Is(Napi::Value value, const napi_type_tag& tag);
  /// The cell of a handle of any kind, nullptr if it is none.
  static Cell* Of(Napi::Value value);
  /// What a handle of any kind points to. Throws Failure as Open does.
  static std::shared_ptr<AnyHandle> OpenAny(Napi::Value value);

  ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  enum class Gone { kFreed, kConnectionClosed };
  /// Lets go of what the handle points to. The caller takes the cell out of its connection's set.
  std::shared_ptr<AnyHandle> Empty(Gone why);
  const std::shared_ptr<AnyHandle>& handle() const { return handle_; }

 private:
  explicit Cell(std::shared_ptr<AnyHandle> handle) : handle_(std::move(handle)) {}
  const std::shared_ptr<AnyHandle>& Content(const char* kind) const;

  std::shared_ptr<AnyHandle> handle_;
  Gone why_ = Gone::kFreed;
};

template <class Pointer>
Napi::Value Handle<Pointer>::Wrap(Napi::Env env, const std::shared_ptr<Referenced>& self) {
  return Cell::New(env, Kind<Pointer>::kTag, std::static_pointer_cast<AnyHandle>(self));
}

template <class Pointer>
std::shared_ptr<Handle<Pointer>> OpenHandle(Napi::Value value) {
  return std::static_pointer_cast<Handle<Pointer>>(Cell::Open(value, Kind<Pointer>::kTag, Kind<Pointer>::kName));
}

/// A value that becomes a handle in JavaScript; it takes over the caller's reference to the object.
template <class Pointer>
Value Own(Pointer pointer, const std::shared_ptr<Connection>& connection) {
  return std::shared_ptr<Referenced>(std::make_shared<Handle<Pointer>>(pointer, connection));
}

/// Native function `share(handle)`: a second handle of the same object, so that the first may be freed meanwhile.
Napi::Value Share(const Napi::CallbackInfo& info);

/// Native function `free(handle)`: frees now what the garbage collector would free later.
Napi::Value Free(const Napi::CallbackInfo& info);

}  // namespace hvkit::libvirt
