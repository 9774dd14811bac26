#include "libvirt/handle.h"

#include "common/failure.h"

namespace hvkit::libvirt {

namespace {

/// Of a tagged object. In a worker that is just being terminated it cannot be read any more.
void* Unwrap(Napi::Value value) {
  void* data = nullptr;
  if (napi_unwrap(value.Env(), value, &data) != napi_ok) throw Napi::Error::New(value.Env());
  return data;
}

}  // namespace

Napi::Object Cell::New(Napi::Env env, const napi_type_tag& tag, std::shared_ptr<AnyHandle> handle) {
  Napi::Object object = Napi::Object::New(env);
  auto* cell = new Cell(std::move(handle));
  const std::shared_ptr<Connection> connection = cell->handle_->connection();
  if (connection->closing()) {
    // The answer to a call that was under way when its connection was closed: it must not keep the connection open.
    cell->Empty(Gone::kConnectionClosed);
  } else {
    connection->cells().insert(cell);
  }
  auto finalize = [](napi_env /*env*/, void* data, void* /*hint*/) { delete static_cast<Cell*>(data); };
  if (napi_wrap(env, object, cell, finalize, nullptr, nullptr) != napi_ok) {
    delete cell;
    throw Napi::Error::New(env);
  }
  object.TypeTag(&tag);
  return object;
}

Cell::~Cell() {
  if (handle_) handle_->connection()->cells().erase(this);
}

const std::shared_ptr<AnyHandle>& Cell::Open(Napi::Value value, const napi_type_tag& tag, const char* kind) {
  if (!Is(value, tag)) {
    throw InvalidArgument(std::string("a handle of a libvirt ") + kind + " is wanted");
  }
  return static_cast<Cell*>(Unwrap(value))->Content(kind);
}

std::shared_ptr<AnyHandle> Cell::OpenAny(Napi::Value value) {
  const Cell* cell = Of(value);
  if (cell == nullptr) throw InvalidArgument("a handle of a libvirt object is wanted");
  return cell->Content("object");
}

const std::shared_ptr<AnyHandle>& Cell::Content(const char* kind) const {
  if (handle_) return handle_;
  if (why_ == Gone::kConnectionClosed) throw Failure("ERR_CONNECTION_CLOSED", "the connection is closed");
  throw Failure("ERR_HANDLE_FREED", std::string("this ") + kind + " was freed");
}

bool Cell::Is(Napi::Value value, const napi_type_tag& tag) {
  return value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&tag);
}

Cell* Cell::Of(Napi::Value value) {
  if (!value.IsObject()) return nullptr;
  auto object = value.As<Napi::Object>();
  for (uint64_t number = 1; number <= 14; ++number) {
    const napi_type_tag tag{TagOfHandles(), number};
    if (object.CheckTypeTag(&tag)) return static_cast<Cell*>(Unwrap(value));
  }
  return nullptr;
}

std::shared_ptr<AnyHandle> Cell::Empty(Gone why) {
  why_ = why;
  return std::exchange(handle_, nullptr);
}

Napi::Value Share(const Napi::CallbackInfo& info) {
  try {
    const std::shared_ptr<AnyHandle> handle = Cell::OpenAny(info[0]);
    return handle->Wrap(info.Env(), handle);
  } catch (const Failure& failure) {
    napi_throw(info.Env(), failure.ToValue().ToJs(info.Env()));
    return {};
  }
}

Napi::Value Free(const Napi::CallbackInfo& info) {
  Cell* cell = Cell::Of(info[0]);
  if (cell != nullptr && cell->handle()) {
    cell->handle()->connection()->cells().erase(cell);
    cell->Empty(Cell::Gone::kFreed);
  }
  return info.Env().Undefined();
}

}  // namespace hvkit::libvirt
