#pragma once

#include "vmnet/network_interface.h"

namespace hvkit::vmnet::helper {

/// Passes frames between hyperkit's socket and the interface, until one of the two ends or something is wrong. The
/// socket is of no use afterwards. Throws Failure where the interface fails.
void PassFrames(int socket, NetworkInterface& interface);

}  // namespace hvkit::vmnet::helper
