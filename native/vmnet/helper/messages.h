#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "vmnet/network_interface.h"

/// What is said on the helper's socket, as bytes. Every message has one size, and nothing in it says how long anything
/// is.
namespace hvkit::vmnet::helper {

using Uuid = std::array<uint8_t, 16>;
using Mac = std::array<uint8_t, 6>;

/// The first message, of either kind: hyperkit's greeting, or a request of our own.
constexpr size_t kOpeningSize = 49;
using Opening = std::array<uint8_t, kOpeningSize>;

/// `VMN3T`: the Ethernet that hyperkit's virtio-vpnkit speaks (src/lib/pci_virtio_net_vpnkit.c). It asks for no
/// other version, and takes no other.
bool IsGreeting(const Opening& opening);
/// What is answered to a greeting: another one.
Opening Greeting();

/// What hyperkit says next: which machine it is for.
constexpr size_t kCommandSize = 41;
using Command = std::array<uint8_t, kCommandSize>;
struct Wish {
  Uuid uuid;
  /// Which it is to have, in a network of its own; without, one of the network that all share.
  std::optional<Ipv4> address;
};
std::optional<Wish> WishOf(const Command& command);

/// And the answer to that.
constexpr size_t kResponseSize = 258;
using Response = std::array<uint8_t, kResponseSize>;
Response InterfaceResponse(const Facts& facts);
/// The words end up in hyperkit's log.
Response DisconnectResponse(std::string_view words);

/// `HVKIT`: requests of our own, one on each connection.
struct Request {
  enum class Kind : uint8_t { kVersion = 0, kMac = 1, kRelease = 2 };
  Kind kind;
  Uuid uuid;  // of kMac
  Mac mac;    // of kRelease
};
/// Nothing if it is not of that form to the last byte.
std::optional<Request> ParseRequest(const Opening& opening);

enum class Status : uint8_t {
  kDone = 0,
  /// The request was not understood.
  kInvalid = 1,
  /// The MAC was not handed out to this user.
  kNotTheirs = 2,
  /// Somebody else works on the table of leases: the same again, a moment later.
  kBusy = 3,
  /// The words say why.
  kFailed = 4,
};

constexpr size_t kReplySize = 256;
using Reply = std::array<uint8_t, kReplySize>;
struct Answer {
  Status status = Status::kDone;
  Mac mac = {};
  uint32_t removed = 0;
};
Reply FormatReply(const Answer& answer, std::string_view words = {});

/// The 36 characters of a UUID.
std::optional<Uuid> ParseUuid(std::string_view text);

}  // namespace hvkit::vmnet::helper
