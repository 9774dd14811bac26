#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable StreamCalls() {
  return {
      // A daemon that confirms the end of a stream may take the answer to another call of the connection, which waits
      // behind, for the next packet of the stream: that call is then never answered (seen with 9.0).
      HVKIT_ALONE(virStreamAbort),
      HVKIT_ALONE(virStreamFinish),
      HVKIT_CALL(virStreamEventUpdateCallback),
      HVKIT_CALL(virStreamNew),
  };
}

}  // namespace hvkit::libvirt
