#pragma once

#include "vmnet/network_interface.h"

namespace hvkit::vmnet::helper {

/// Refuses an address whose network a caller is not to make: one out of the range that macOS takes its own from, or one
/// that this host is in already, whose traffic would be led to a machine. Throws Failure.
void RequireReservable(const Ipv4& address);

}  // namespace hvkit::vmnet::helper
