#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable StreamCalls() {
  return {
      HVKIT_CALL(virStreamAbort),
      HVKIT_CALL(virStreamFinish),
      HVKIT_CALL(virStreamEventUpdateCallback),
      HVKIT_CALL(virStreamNew),
  };
}

}  // namespace hvkit::libvirt
