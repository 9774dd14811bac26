#include <libvirt/libvirt.h>

#include <chrono>
#include <memory>
#include <thread>

#include "libvirt/error.h"
#include "libvirt/event_loop.h"

namespace hvkit::libvirt {

namespace {

// The loop blocks for ever while it has no sources; with a timer it comes round now and then.
constexpr int kHeartbeatMs = 60'000;
constexpr std::chrono::seconds kPauseAfterError{1};

}  // namespace

void RegisterEventLoop() {
  if (virEventRegisterDefaultImpl() < 0) throw LastFailure("virEventRegisterDefaultImpl");
  virEventAddTimeout(kHeartbeatMs, [](int /*timer*/, void* /*opaque*/) {}, nullptr, nullptr);
}

Additions::Additions() : before_(nullptr) {}
Additions::~Additions() = default;

void EndWhenSilent(int /*timer*/, std::shared_ptr<Silence> /*silence*/, unsigned int /*most*/) {}

void RunEventLoop() {
  for (;;) {
    if (virEventRunDefaultImpl() < 0) std::this_thread::sleep_for(kPauseAfterError);
  }
}

}  // namespace hvkit::libvirt
