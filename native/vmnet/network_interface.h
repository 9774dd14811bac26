#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace hvkit::vmnet {

/// What the system tells of an interface that it has made.
struct Facts {
  std::array<uint8_t, 6> mac;
  uint16_t mtu;
  /// The longest frame, its Ethernet header included.
  uint32_t max_frame;
};

using Ipv4 = std::array<uint8_t, 4>;

/// Of read(): the size is the room before, the length after.
struct Frame {
  uint8_t* data;
  size_t size;
};

/// An interface in vmnet's shared network, unless another is asked for: what a virtual machine's network card is
/// plugged into.
class NetworkInterface {
 public:
  /// Blocks until the system has made it. Throws Failure. The MAC follows the UUID.
  static std::unique_ptr<NetworkInterface> open(const std::array<uint8_t, 16>& uuid);
  /// In a network that it has to itself, where this address is kept for it. Throws Failure, also where the system
  /// cannot.
  static std::unique_ptr<NetworkInterface> openReserved(const std::array<uint8_t, 16>& uuid, const Ipv4& address);
  /// The system has let go of it when this returns.
  virtual ~NetworkInterface() = default;

  virtual const Facts& facts() const = 0;
  /// Blocks until at least one frame is there; 0 after interrupt(), and when the interface is gone.
  virtual size_t read(Frame* frames, size_t count) = 0;
  /// How many of them the network took: a network may lose frames.
  virtual size_t write(const Frame* frames, size_t count) = 0;
  /// From any thread.
  virtual void interrupt() = 0;
};

}  // namespace hvkit::vmnet
