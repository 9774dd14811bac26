#include "libvirt/keep_alive.h"

#include <libvirt/libvirt.h>

#include <limits>

#include "libvirt/event_loop.h"

namespace hvkit::libvirt {

int SetKeepAlive(Connection& connection, int interval, unsigned int count) {
  if (!connection.silence()) return virConnectSetKeepAlive(connection.pointer(), interval, count);
  constexpr unsigned int kNever = std::numeric_limits<unsigned int>::max();
  Additions additions;
  const int result = virConnectSetKeepAlive(connection.pointer(), interval, kNever);
  // None is added by a second call: the first one holds, as it does in libvirt.
  for (const int timer : additions.timers) EndWhenSilent(timer, connection.silence(), count);
  return result;
}

}  // namespace hvkit::libvirt
