#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "vmnet/helper/connection.h"

namespace hvkit::vmnet::helper {

struct Service {
  std::string socket;
  /// Who may call, beside root.
  std::vector<uid_t> users;
  Places places;
};

/// Takes calls until a signal ends it, each in a process of its own: a framework of macOS's is never forked, and one
/// connection's trouble is no other's. Those go on when this process ends, or an update would unplug machines. Throws
/// Failure.
void Listen(const Service& service);

}  // namespace hvkit::vmnet::helper
