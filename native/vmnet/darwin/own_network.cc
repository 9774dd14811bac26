#include "vmnet/darwin/own_network.h"

#include <dlfcn.h>

#include <memory>
#include <string>

#include "common/failure.h"
#include "vmnet/darwin/status.h"

namespace hvkit::vmnet {

namespace {

template <class Call>
void Find(Lookup lookup, const char* name, Call& call) {
  call = reinterpret_cast<Call>(lookup(name));
  if (call != nullptr) return;
  throw Failure("ERR_VMNET_RESERVATION",
                std::string("This system keeps no address for a machine: macOS can since 26 (it has no ") + name + ")");
}

}  // namespace

void* InThisProcess(const char* name) { return dlsym(RTLD_DEFAULT, name); }

OwnNetwork::Calls::Calls(Lookup lookup) {
  Find(lookup, "vmnet_network_configuration_create", configure);
  Find(lookup, "vmnet_network_configuration_set_ipv4_subnet", set_subnet);
  Find(lookup, "vmnet_network_configuration_add_dhcp_reservation", reserve);
  Find(lookup, "vmnet_network_create", create);
  Find(lookup, "vmnet_interface_start_with_network", start);
  Find(lookup, "CFRelease", release);
}

OwnNetwork::OwnNetwork(const std::array<uint8_t, 6>& mac, const Ipv4& address, Lookup lookup) : calls_(lookup) {
  // As in_addr has them: in the network's order.
  const Ipv4 subnet = {address[0], address[1], address[2], 0};
  constexpr Ipv4 kMask = {255, 255, 255, 0};
  vmnet_return_t status = VMNET_FAILURE;
  const std::unique_ptr<void, void (*)(const void*)> configuration(calls_.configure(VMNET_SHARED_MODE, &status),
                                                                   calls_.release);
  if (!configuration) throw FailureOf("vmnet_network_configuration_create", status);
  status = calls_.set_subnet(configuration.get(), subnet.data(), kMask.data());
  if (status != VMNET_SUCCESS) throw FailureOf("vmnet_network_configuration_set_ipv4_subnet", status);
  status = calls_.reserve(configuration.get(), mac.data(), address.data());
  if (status != VMNET_SUCCESS) throw FailureOf("vmnet_network_configuration_add_dhcp_reservation", status);
  status = VMNET_FAILURE;
  network_ = calls_.create(configuration.get(), &status);
  if (network_ == nullptr) throw FailureOf("vmnet_network_create", status);
}

OwnNetwork::~OwnNetwork() { calls_.release(network_); }

interface_ref OwnNetwork::Start(xpc_object_t wanted, dispatch_queue_t queue,
                                vmnet_start_interface_completion_handler_t handler) const {
  return calls_.start(network_, wanted, queue, handler);
}

}  // namespace hvkit::vmnet
