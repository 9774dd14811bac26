#pragma once

#include <dispatch/dispatch.h>
#include <vmnet/vmnet.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "vmnet/darwin/own_network.h"
#include "vmnet/network_interface.h"

namespace hvkit::vmnet {

/// How long to wait for answers of the framework.
struct Patience {
  /// It takes a second or two where the network has to be set up first.
  std::chrono::milliseconds start = std::chrono::seconds(30);
  /// Where it made no interface it may still say why.
  std::chrono::milliseconds reason = std::chrono::milliseconds(500);
  std::chrono::milliseconds stop = std::chrono::seconds(10);
};

/// What an interface shares with the framework, which calls back on a thread of its own: each block that it is handed
/// holds a reference, so that a call that comes late finds everything there.
class Request : public std::enable_shared_from_this<Request> {
 public:
  explicit Request(Patience patience = {});
  ~Request();
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// Asks for an interface and waits for the answer. Throws Failure, and then there is none, also later.
  void Start(const std::array<uint8_t, 16>& uuid);
  /// The same, in a network of its own.
  void StartIn(const OwnNetwork& network);
  /// Asks to be told of frames. Throws Failure.
  void Listen();
  /// Returns when the system has let go of the interface. Of one that was never started nothing is asked.
  void Stop();

  /// What the framework told of the interface. Throws Failure if it did not, or not what an interface can have.
  Facts ReadFacts();

  /// Until there may be frames. False: until it was interrupted.
  bool WaitForFrames();
  /// There may be some that WaitForFrames has not told of.
  void FramesCame();
  void Interrupt();

  interface_ref interface() const { return interface_; }

 private:
  using Handler = vmnet_start_interface_completion_handler_t;
  /// Has `start` ask for what is wanted, which is let go then, and waits for the answer.
  template <class Start>
  void Await(const char* call, xpc_object_t wanted, const Start& start);
  void Started(vmnet_return_t status, xpc_object_t parameters);
  void Stopped();

  const Patience patience_;
  const dispatch_queue_t queue_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // What follows belongs to the mutex. The interface is set once, before anybody else than its owner may ask for it.
  interface_ref interface_ = nullptr;
  std::optional<vmnet_return_t> started_;
  std::string mac_;
  uint64_t mtu_ = 0;
  uint64_t max_frame_ = 0;
  bool running_ = false;
  /// Nobody waits for the answer any more.
  bool abandoned_ = false;
  bool stopped_ = false;
  // Frames may be older than the wish to be told of them.
  bool frames_ = true;
  bool interrupted_ = false;
};

}  // namespace hvkit::vmnet
