#include "libvirt/connection.h"

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "common/promise_job.h"
#include "libvirt/auth.h"
#include "libvirt/error.h"
#include "libvirt/event_loop.h"
#include "libvirt/handle.h"
#include "libvirt/module.h"
#include "libvirt/read.h"

namespace hvkit::libvirt {

namespace {

// More calls of one connection than this wait in our queue. A daemon works for 5 calls of a client at once
// (max_client_requests) and reads nothing more of it meanwhile, no keep-alive messages either: were they long ones, the
// connection would be given up for dead.
constexpr size_t kThreadsPerConnection = 4;

class Closed : public Task {
 public:
  Closed(std::shared_ptr<EnvLoop> loop, Napi::Promise::Deferred deferred)
      : loop_(std::move(loop)), deferred_(deferred) {}
  void Settle(Napi::Env env) override {
    loop_->Release();
    deferred_.Resolve(Napi::Number::New(env, references_left));
  }

  int references_left = 0;

 private:
  std::shared_ptr<EnvLoop> loop_;
  Napi::Promise::Deferred deferred_;
};

}  // namespace

Connection::Connection(virConnectPtr pointer, std::shared_ptr<JobQueue> queue, std::shared_ptr<EnvLoop> loop,
                       std::shared_ptr<Silence> silence)
    : pointer_(pointer), queue_(std::move(queue)), loop_(std::move(loop)), silence_(std::move(silence)) {}

Failure Connection::Ended() { return {"ERR_CONNECTION_LOST", "The connection to libvirt was lost (KEEPALIVE)"}; }

Connection::~Connection() {
  auto close = [pointer = pointer_, loop = loop_, when_closed = when_closed_]() -> JobQueue::Delivery {
    int left = virConnectClose(pointer);
    if (!when_closed) return nullptr;
    auto closed = std::make_unique<Closed>(loop, *when_closed);
    closed->references_left = left;
    loop->Post(std::move(closed));
    return nullptr;
  };
  try {
    queue_->Post(close);
  } catch (const std::system_error&) {
    close();  // no thread to be had: late and here is better than never
  }
}

Napi::Promise Connection::Close(Napi::Env env, const std::shared_ptr<Connection>& connection) {
  Napi::Promise promise = connection->when_closed_.emplace(env).Promise();
  connection->loop_->Hold();
  for (Cell* cell : std::exchange(connection->cells_, {})) cell->Empty(Cell::Gone::kConnectionClosed);
  return promise;
}

Napi::Value Open(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const std::shared_ptr<EnvLoop>& loop = Module::Of(env).loop;
  return Promised(env, [&]() -> Napi::Value {
    Reader arguments(info);
    auto uri = arguments.OptionalString();
    auto flags = arguments.Integer<unsigned int>();
    std::shared_ptr<Auth> auth = Auth::Read(arguments, loop);
    // Each connection has threads of its own from its first moment, so that an open that hangs holds up no other.
    std::shared_ptr<JobQueue> queue = JobQueue::Create(kThreadsPerConnection);
    return RunAsync(env, loop, *queue, [uri, flags, auth, queue, loop]() -> Value {
      StartLibrary();
      virConnectAuth callbacks = auth ? auth->Callbacks() : virConnectAuth{};
      Additions additions;
      virConnectPtr pointer = virConnectOpenAuth(uri ? uri->c_str() : nullptr, auth ? &callbacks : nullptr, flags);
      if (pointer == nullptr) throw LastFailure("virConnectOpenAuth");
      // A hypervisor in this process may have several, and sends no keep-alive messages.
      const auto& sockets = additions.watches;
      auto silence = sockets.size() == 1 ? std::make_shared<Silence>(sockets.front()) : nullptr;
      return Own(pointer, std::make_shared<Connection>(pointer, queue, loop, std::move(silence)));
    });
  });
}

Napi::Value Close(const Napi::CallbackInfo& info) {
  return Promised(info.Env(), [&]() -> Napi::Value {
    return Connection::Close(info.Env(), OpenHandle<virConnectPtr>(info[0])->connection());
  });
}

}  // namespace hvkit::libvirt
