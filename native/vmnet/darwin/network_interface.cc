#include "vmnet/network_interface.h"

#include <sys/uio.h>
#include <vmnet/vmnet.h>

#include <algorithm>
#include <string>

#include "common/failure.h"
#include "vmnet/darwin/own_network.h"
#include "vmnet/darwin/request.h"
#include "vmnet/darwin/status.h"
#include "vmnet/mac_of_uuid.h"

namespace hvkit::vmnet {

namespace {

/// How many frames one call of the framework is given, which takes 200 at most.
constexpr size_t kBatch = 32;

/// Frames as the framework wants to be told of them.
struct Batch {
  std::array<vmpktdesc, kBatch> packets;
  std::array<iovec, kBatch> buffers;

  /// Returns how many of them there was room for.
  int Fill(const Frame* frames, size_t count) {
    const size_t filled = std::min(count, kBatch);
    for (size_t i = 0; i < filled; ++i) {
      buffers[i] = {frames[i].data, frames[i].size};
      packets[i] = {frames[i].size, &buffers[i], 1, 0};
    }
    return static_cast<int>(filled);
  }
};

class VmnetInterface : public NetworkInterface {
 public:
  /// It stops what was started, also when a later step of opening it fails.
  ~VmnetInterface() override { request_->Stop(); }

  void Open(const std::array<uint8_t, 16>& uuid) {
    request_->Start(uuid);
    facts_ = request_->ReadFacts();
    request_->Listen();
  }

  void OpenReserved(const std::array<uint8_t, 16>& uuid, const Ipv4& address) {
    const std::array<uint8_t, 6> mac = MacOfUuid(uuid);
    network_ = std::make_unique<OwnNetwork>(mac, address);
    request_->StartIn(*network_);
    facts_ = request_->ReadFacts();
    facts_.mac = mac;
    request_->Listen();
  }

  const Facts& facts() const override { return facts_; }

  size_t read(Frame* frames, size_t count) override {
    for (size_t i = 0; i < count; ++i) {
      if (frames[i].size < facts_.max_frame) throw InvalidArgument("a frame has no room for the longest one");
    }
    while (count > 0 && request_->WaitForFrames()) {
      Batch batch;
      int read = batch.Fill(frames, count);
      const vmnet_return_t status = vmnet_read(request_->interface(), batch.packets.data(), &read);
      if (status != VMNET_SUCCESS) throw FailureOf("vmnet_read", status);
      if (read <= 0) continue;
      // There may be more, of which nothing more is told.
      request_->FramesCame();
      for (int i = 0; i < read; ++i) frames[i].size = batch.packets[i].vm_pkt_size;
      return static_cast<size_t>(read);
    }
    return 0;
  }

  size_t write(const Frame* frames, size_t count) override {
    for (size_t i = 0; i < count; ++i) {
      if (frames[i].size == 0 || frames[i].size > facts_.max_frame) {
        throw InvalidArgument("a frame of " + std::to_string(frames[i].size) + " bytes cannot be sent");
      }
    }
    size_t sent = 0;
    while (sent < count) {
      Batch batch;
      const int given = batch.Fill(frames + sent, count - sent);
      int taken = given;
      const vmnet_return_t status = vmnet_write(request_->interface(), batch.packets.data(), &taken);
      // The network is full: what it does not take is lost, as on any other.
      if (status == VMNET_BUFFER_EXHAUSTED) break;
      if (status != VMNET_SUCCESS) throw FailureOf("vmnet_write", status);
      sent += static_cast<size_t>(taken);
      if (taken < given) break;
    }
    return sent;
  }

  void interrupt() override { request_->Interrupt(); }

 private:
  // Goes after its interface.
  std::unique_ptr<OwnNetwork> network_;
  const std::shared_ptr<Request> request_ = std::make_shared<Request>();
  Facts facts_{};
};

}  // namespace

std::unique_ptr<NetworkInterface> NetworkInterface::open(const std::array<uint8_t, 16>& uuid) {
  auto made = std::make_unique<VmnetInterface>();
  made->Open(uuid);
  return made;
}

std::unique_ptr<NetworkInterface> NetworkInterface::openReserved(const std::array<uint8_t, 16>& uuid,
                                                                 const Ipv4& address) {
  auto made = std::make_unique<VmnetInterface>();
  made->OpenReserved(uuid, address);
  return made;
}

}  // namespace hvkit::vmnet
