#include "hyperkit/lock.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "common/arguments.h"
#include "common/failure.h"
#include "common/file_lock.h"
#include "common/promise_job.h"
#include "hyperkit/module.h"

namespace hvkit::hyperkit {

namespace {

/// An address of this copy of the addon: another copy in the process, perhaps of another version, refuses its handles.
const napi_type_tag& Tag() {
  static const char here = 0;
  static const napi_type_tag tag{reinterpret_cast<uintptr_t>(&here), 1};
  return tag;
}

/// Owned by the JavaScript handle, or by an answer that never reaches its environment: the lock goes with either.
class Held : public Referenced {
 public:
  explicit Held(std::unique_ptr<FileLock> lock) : lock_(std::move(lock)) {}

  void Release() { lock_.reset(); }

  Napi::Value Wrap(Napi::Env env, const std::shared_ptr<Referenced>& self) override {
    Napi::Object object = Napi::Object::New(env);
    auto owner = std::make_unique<std::shared_ptr<Held>>(std::static_pointer_cast<Held>(self));
    auto finalize = [](napi_env /*env*/, void* data, void* /*hint*/) {
      delete static_cast<std::shared_ptr<Held>*>(data);
    };
    if (napi_wrap(env, object, owner.get(), finalize, nullptr, nullptr) != napi_ok) throw Napi::Error::New(env);
    static_cast<void>(owner.release());
    object.TypeTag(&Tag());
    return object;
  }

 private:
  std::unique_ptr<FileLock> lock_;
};

}  // namespace

Napi::Value TakeLock(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    const std::string path = TextArgument(info, 0);
    const std::string note = TextArgument(info, 1);
    const Module& module = Module::Of(info.Env());
    return RunAsync(info.Env(), module.loop, *module.queue, [path, note]() -> Value {
      std::unique_ptr<FileLock> lock = FileLock::Take(path, note);
      if (!lock) return Value::Null{};
      return std::shared_ptr<Referenced>(std::make_shared<Held>(std::move(lock)));
    });
  });
}

Napi::Value ReleaseLock(const Napi::CallbackInfo& info) {
  Napi::Value handle = info[0];
  if (!handle.IsObject() || !handle.As<Napi::Object>().CheckTypeTag(&Tag())) {
    throw Napi::Error(info.Env(),
                      InvalidArgument("argument 1: the handle of a lock is wanted").ToValue().ToJs(info.Env()));
  }
  void* data = nullptr;
  // In a worker that is just being terminated it cannot be read any more.
  if (napi_unwrap(info.Env(), handle, &data) != napi_ok) throw Napi::Error::New(info.Env());
  (*static_cast<std::shared_ptr<Held>*>(data))->Release();
  return info.Env().Undefined();
}

}  // namespace hvkit::hyperkit
