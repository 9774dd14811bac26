#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable CheckpointCalls() {
  return {
      HVKIT_SYNC(virDomainCheckpointGetName),
      HVKIT_CALL(virDomainCheckpointCreateXML),
      HVKIT_CALL(virDomainCheckpointDelete),
      HVKIT_CALL(virDomainCheckpointGetParent),
      HVKIT_CALL(virDomainCheckpointGetXMLDesc),
      HVKIT_CALL(virDomainCheckpointListAllChildren),
      HVKIT_CALL(virDomainCheckpointLookupByName),
      HVKIT_CALL(virDomainListAllCheckpoints),
  };
}

}  // namespace hvkit::libvirt
