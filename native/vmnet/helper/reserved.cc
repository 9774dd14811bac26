#include "vmnet/helper/reserved.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "common/failure.h"

namespace hvkit::vmnet::helper {

namespace {

constexpr Ipv4 kFirst = {192, 168, 65, 2};
constexpr Ipv4 kLast = {192, 168, 127, 254};
constexpr const char* kCode = "ERR_VMNET_RESERVATION";

std::string TextOf(const Ipv4& address) {
  std::string text;
  for (const uint8_t octet : address) text += (text.empty() ? "" : ".") + std::to_string(octet);
  return text;
}

bool IsInRange(const Ipv4& address) {
  return address[0] == kFirst[0] && address[1] == kFirst[1] && address[2] >= kFirst[2] && address[2] <= kLast[2] &&
         address[3] >= kFirst[3] && address[3] <= kLast[3];
}

uint32_t NumberOf(const sockaddr* address) {
  sockaddr_in internet = {};
  std::memcpy(&internet, address, sizeof(internet));
  return ntohl(internet.sin_addr.s_addr);
}

/// Whether the interface's network and these 256 addresses have one in common.
bool Overlaps(const ifaddrs& interface, uint32_t subnet) {
  if (interface.ifa_addr == nullptr || interface.ifa_netmask == nullptr) return false;
  if (interface.ifa_addr->sa_family != AF_INET) return false;
  constexpr uint32_t kMask = 0xffffff00;
  const uint32_t wider = NumberOf(interface.ifa_netmask) & kMask;
  return (NumberOf(interface.ifa_addr) & wider) == (subnet & wider);
}

}  // namespace

void RequireReservable(const Ipv4& address) {
  if (!IsInRange(address)) {
    throw Failure(kCode, "No address " + TextOf(address) + " is kept: those from " + TextOf(kFirst) + " to " +
                             TextOf(kLast) + " are, whose last number is 2 to 254");
  }
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) {
    throw Failure(kCode, "The host's networks cannot be listed: " + std::generic_category().message(errno));
  }
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, freeifaddrs);
  const uint32_t subnet = static_cast<uint32_t>(address[0]) << 24U | static_cast<uint32_t>(address[1]) << 16U |
                          static_cast<uint32_t>(address[2]) << 8U;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    // Of vmnet's own networks, which have a bridge each, vmnet itself lets nobody make one twice.
    if (std::string_view(at->ifa_name).substr(0, 6) == "bridge" || !Overlaps(*at, subnet)) continue;
    throw Failure(kCode, "The address " + TextOf(address) + " is in the network of " + at->ifa_name);
  }
}

}  // namespace hvkit::vmnet::helper
