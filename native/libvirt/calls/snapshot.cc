#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable SnapshotCalls() {
  return {
      HVKIT_SYNC(virDomainSnapshotGetName),
      HVKIT_CALL(virDomainHasCurrentSnapshot),
      HVKIT_CALL(virDomainListAllSnapshots),
      HVKIT_CALL(virDomainRevertToSnapshot),
      HVKIT_CALL(virDomainSnapshotCreateXML),
      HVKIT_CALL(virDomainSnapshotCurrent),
      HVKIT_CALL(virDomainSnapshotDelete),
      HVKIT_CALL(virDomainSnapshotGetParent),
      HVKIT_CALL(virDomainSnapshotGetXMLDesc),
      HVKIT_CALL(virDomainSnapshotHasMetadata),
      HVKIT_CALL(virDomainSnapshotIsCurrent),
      HVKIT_CALL(virDomainSnapshotListAllChildren),
      HVKIT_CALL(virDomainSnapshotLookupByName),
  };
}

}  // namespace hvkit::libvirt
