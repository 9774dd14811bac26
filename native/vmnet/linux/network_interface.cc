// What stands for vmnet where there is no macOS: a tap in the bridge that bears the name of vmnet's.
#include "vmnet/network_interface.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "common/failure.h"
#include "vmnet/leases/table.h"
#include "vmnet/mac_of_uuid.h"

namespace hvkit::vmnet {

namespace {

constexpr const char* kBridge = "bridge100";
constexpr size_t kEthernetHeader = 14;

Failure Failed(const std::string& what, int error) {
  return {"ERR_VMNET_INTERFACE", what + ": " + std::generic_category().message(error), {{"errno", error}}};
}

/// A request for an interface by its name.
ifreq RequestFor(const char* name) {
  ifreq request = {};
  std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  return request;
}

class Tap : public NetworkInterface {
 public:
  explicit Tap(const std::array<uint8_t, 16>& uuid)
      : tap_(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!tap_ || !wake_) throw Failed("A tap could not be opened", errno);
    const Descriptor control(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!control) throw Failed("The network could not be asked", errno);

    ifreq bridge = RequestFor(kBridge);
    if (ioctl(control.get(), SIOCGIFMTU, &bridge) != 0) throw Failed("There is no bridge bridge100", errno);
    const int mtu = bridge.ifr_mtu;

    // The tap keeps the MAC that the kernel gives it: a bridge takes frames for its ports' own MACs as the host's.
    ifreq tap = RequestFor("vmnet%d");
    tap.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (ioctl(tap_.get(), TUNSETIFF, &tap) != 0) throw Failed("A tap could not be made", errno);
    tap.ifr_mtu = mtu;
    if (ioctl(control.get(), SIOCSIFMTU, &tap) != 0) throw Failed("The tap could not be set up", errno);
    bridge = RequestFor(kBridge);
    bridge.ifr_ifindex = static_cast<int>(if_nametoindex(tap.ifr_name));
    if (ioctl(control.get(), SIOCBRADDIF, &bridge) != 0) throw Failed("The tap could not join bridge100", errno);
    tap.ifr_flags = IFF_UP;
    if (ioctl(control.get(), SIOCSIFFLAGS, &tap) != 0) throw Failed("The tap could not be brought up", errno);

    facts_ = {MacOfUuid(uuid), static_cast<uint16_t>(mtu),
              static_cast<uint32_t>(static_cast<size_t>(mtu) + kEthernetHeader)};
  }

  const Facts& facts() const override { return facts_; }

  size_t read(Frame* frames, size_t count) override {
    for (;;) {
      size_t done = 0;
      while (done < count) {
        const ssize_t got = ::read(tap_.get(), frames[done].data, frames[done].size);
        if (got <= 0) break;
        frames[done++].size = static_cast<size_t>(got);
      }
      if (done > 0) return done;
      std::array<pollfd, 2> ready = {{{tap_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
      if (poll(ready.data(), ready.size(), -1) == -1 && errno != EINTR) return 0;
      // Somebody has deleted it.
      if ((ready[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return 0;
      if (ready[1].revents != 0) return 0;
    }
  }

  size_t write(const Frame* frames, size_t count) override {
    size_t taken = 0;
    for (size_t i = 0; i < count; ++i) {
      if (::write(tap_.get(), frames[i].data, frames[i].size) == static_cast<ssize_t>(frames[i].size)) ++taken;
    }
    return taken;
  }

  void interrupt() override {
    const uint64_t one = 1;
    static_cast<void>(::write(wake_.get(), &one, sizeof(one)) == 0);
  }

 private:
  const Descriptor tap_;  // the kernel deletes the tap with it, however this process ends
  const Descriptor wake_;
  Facts facts_ = {};
};

}  // namespace

std::unique_ptr<NetworkInterface> NetworkInterface::open(const std::array<uint8_t, 16>& uuid) {
  return std::make_unique<Tap>(uuid);
}

/// Here the DHCP server of the bridge has been told by somebody else which address is whose.
std::unique_ptr<NetworkInterface> NetworkInterface::openReserved(const std::array<uint8_t, 16>& uuid,
                                                                 const Ipv4& /*address*/) {
  return std::make_unique<Tap>(uuid);
}

}  // namespace hvkit::vmnet
