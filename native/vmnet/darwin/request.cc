#include "vmnet/darwin/request.h"

#include <xpc/xpc.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "common/failure.h"
#include "vmnet/darwin/status.h"
#include "vmnet/leases/lease.h"

namespace hvkit::vmnet {

namespace {

constexpr uint64_t kLongestFrame = 1 << 20;

}  // namespace

Request::Request(Patience patience)
    : patience_(patience), queue_(dispatch_queue_create("hvkit.vmnet", DISPATCH_QUEUE_SERIAL)) {}

Request::~Request() { dispatch_release(queue_); }

void Request::Start(const std::array<uint8_t, 16>& uuid) {
  const xpc_object_t wanted = xpc_dictionary_create(nullptr, nullptr, 0);
  xpc_dictionary_set_uint64(wanted, vmnet_operation_mode_key, VMNET_SHARED_MODE);
  xpc_dictionary_set_uuid(wanted, vmnet_interface_id_key, uuid.data());
  Await("vmnet_start_interface", wanted,
        [&](Handler handler) { return vmnet_start_interface(wanted, queue_, handler); });
}

void Request::StartIn(const OwnNetwork& network) {
  const xpc_object_t wanted = xpc_dictionary_create(nullptr, nullptr, 0);
  Await("vmnet_interface_start_with_network", wanted,
        [&](Handler handler) { return network.Start(wanted, queue_, handler); });
}

template <class Start>
void Request::Await(const char* call, xpc_object_t wanted, const Start& start) {
  const std::shared_ptr<Request> self = shared_from_this();
  const interface_ref interface = start(^(vmnet_return_t status, xpc_object_t parameters) {
    self->Started(status, parameters);
  });
  xpc_release(wanted);

  std::unique_lock<std::mutex> lock(mutex_);
  interface_ = interface;
  const auto patience = interface != nullptr ? patience_.start : patience_.reason;
  if (!changed_.wait_for(lock, patience, [this] { return started_.has_value(); })) {
    abandoned_ = true;
    if (interface == nullptr) throw FailureOf(call, VMNET_FAILURE);
    throw Failure("ERR_VMNET_INTERFACE",
                  std::string(call) + ": no answer within " + std::to_string(patience.count()) + " ms");
  }
  const vmnet_return_t status = started_.value_or(VMNET_FAILURE);
  if (status != VMNET_SUCCESS) throw FailureOf(call, status);
  if (interface == nullptr) throw FailureOf(call, VMNET_FAILURE);
  running_ = true;
}

void Request::Started(vmnet_return_t status, xpc_object_t parameters) {
  std::unique_lock<std::mutex> lock(mutex_);
  started_ = status;
  if (status == VMNET_SUCCESS && parameters != nullptr) {
    const char* mac = xpc_dictionary_get_string(parameters, vmnet_mac_address_key);
    if (mac != nullptr) mac_ = mac;
    mtu_ = xpc_dictionary_get_uint64(parameters, vmnet_mtu_key);
    max_frame_ = xpc_dictionary_get_uint64(parameters, vmnet_max_packet_size_key);
  }
  const bool unwanted = abandoned_ && status == VMNET_SUCCESS && interface_ != nullptr;
  lock.unlock();
  changed_.notify_all();
  if (!unwanted) return;
  const std::shared_ptr<Request> self = shared_from_this();
  vmnet_stop_interface(interface_, queue_, ^(vmnet_return_t /*status*/) {
    self->Stopped();
  });
}

void Request::Listen() {
  const std::shared_ptr<Request> self = shared_from_this();
  const vmnet_return_t status = vmnet_interface_set_event_callback(
      interface_, VMNET_INTERFACE_PACKETS_AVAILABLE, queue_, ^(interface_event_t /*events*/, xpc_object_t /*event*/) {
        self->FramesCame();
      });
  if (status != VMNET_SUCCESS) throw FailureOf("vmnet_interface_set_event_callback", status);
}

void Request::Stop() {
  if (!running_) return;
  // Whether or not it was set: the block that it holds refers to this one.
  vmnet_interface_set_event_callback(interface_, VMNET_INTERFACE_PACKETS_AVAILABLE, nullptr, nullptr);
  const std::shared_ptr<Request> self = shared_from_this();
  const vmnet_return_t status = vmnet_stop_interface(interface_, queue_, ^(vmnet_return_t /*status*/) {
    self->Stopped();
  });
  // Then it does not answer.
  if (status != VMNET_SUCCESS) return;
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, patience_.stop, [this] { return stopped_; });
}

void Request::Stopped() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

Facts Request::ReadFacts() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Facts facts{};
  Hardware hardware;
  if (!hardware.Parse("1," + mac_) || hardware.bytes.size() != facts.mac.size()) {
    throw Failure("ERR_VMNET_INTERFACE",
                  "vmnet told no MAC address of the interface that it made, but \"" + mac_ + "\"");
  }
  if (mtu_ == 0 || mtu_ > std::numeric_limits<uint16_t>::max() || max_frame_ < mtu_ || max_frame_ > kLongestFrame) {
    throw Failure("ERR_VMNET_INTERFACE", "vmnet told an MTU of " + std::to_string(mtu_) + " and a longest frame of " +
                                             std::to_string(max_frame_) + " bytes, which no interface can have");
  }
  std::copy(hardware.bytes.begin(), hardware.bytes.end(), facts.mac.begin());
  facts.mtu = static_cast<uint16_t>(mtu_);
  facts.max_frame = static_cast<uint32_t>(max_frame_);
  return facts;
}

bool Request::WaitForFrames() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return frames_ || interrupted_; });
  // Before they are read: one that comes meanwhile is told of once more.
  frames_ = false;
  return !interrupted_;
}

void Request::FramesCame() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    frames_ = true;
  }
  changed_.notify_all();
}

void Request::Interrupt() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    interrupted_ = true;
  }
  changed_.notify_all();
}

}  // namespace hvkit::vmnet
