#pragma once

#include <dispatch/dispatch.h>
#include <vmnet/vmnet.h>
#include <xpc/xpc.h>

#include <array>
#include <cstdint>

#include "vmnet/network_interface.h"

namespace hvkit::vmnet {

/// What the calls of a network of one's own are found by. They are in vmnet.framework since macOS 26, so no name of
/// them is linked: on an older one the whole program would not load.
using Lookup = void* (*)(const char* name);
void* InThisProcess(const char* name);

/// A network of vmnet's that one machine has to itself. Its DHCP server keeps the machine's address for it: that can be
/// asked only of a network that is not there yet, and so not of the one that all machines share. From one such network
/// nothing gets into another.
class OwnNetwork {
 public:
  /// All of the address's 256. Throws Failure, also where the system has no such calls.
  OwnNetwork(const std::array<uint8_t, 6>& mac, const Ipv4& address, Lookup lookup = InThisProcess);
  /// It ends with its interfaces, which hold it as well.
  ~OwnNetwork();
  OwnNetwork(const OwnNetwork&) = delete;
  OwnNetwork& operator=(const OwnNetwork&) = delete;

  /// As vmnet_start_interface, in this network. The framework gives it a MAC anew each time, and passes the frames of
  /// any.
  interface_ref Start(xpc_object_t wanted, dispatch_queue_t queue,
                      vmnet_start_interface_completion_handler_t handler) const;

 private:
  struct Calls {
    explicit Calls(Lookup lookup);

    void* (*configure)(operating_modes_t mode, vmnet_return_t* status);
    vmnet_return_t (*set_subnet)(void* configuration, const void* subnet, const void* mask);
    vmnet_return_t (*reserve)(void* configuration, const void* mac, const void* address);
    void* (*create)(void* configuration, vmnet_return_t* status);
    interface_ref (*start)(void* network, xpc_object_t wanted, dispatch_queue_t queue,
                           vmnet_start_interface_completion_handler_t handler);
    void (*release)(const void* object);
  };

  const Calls calls_;
  void* network_ = nullptr;
};

}  // namespace hvkit::vmnet
