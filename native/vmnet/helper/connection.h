#pragma once

#include <string>

#include "vmnet/helper/system.h"

namespace hvkit::vmnet::helper {

/// Files of root's, which whoever installed the helper chose.
struct Places {
  /// Where it is kept which MAC was handed out to whom.
  std::string state;
  /// The table of the DHCP server that serves vmnet.
  std::string leases;
};

/// All that one connection asks for, from its first byte to its end.
void Serve(int socket, const Caller& caller, const Places& places);

}  // namespace hvkit::vmnet::helper
