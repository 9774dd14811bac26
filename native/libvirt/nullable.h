#pragma once

#include <cstddef>

namespace hvkit::libvirt {

/// Whether this argument (the object is the first) of this function may be NULL. libvirt does not always look: a
/// forgotten argument ends the process, in a driver that runs in it, or the daemon.
bool TakesNull(const char* function, size_t argument);

}  // namespace hvkit::libvirt
