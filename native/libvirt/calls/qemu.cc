#include <libvirt/libvirt-qemu.h>

#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable QemuCalls() {
  return {
      HVKIT_CALL(virDomainQemuAgentCommand),
      HVKIT_CALL(virDomainQemuAttach),
      HVKIT_CALL(virDomainQemuMonitorCommand),
  };
}

}  // namespace hvkit::libvirt
