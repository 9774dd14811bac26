#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable InterfaceCalls() {
  return {
      HVKIT_SYNC(virInterfaceGetMACString),
      HVKIT_SYNC(virInterfaceGetName),
      HVKIT_CALL(virConnectListAllInterfaces),
      HVKIT_CALL(virInterfaceChangeBegin),
      HVKIT_CALL(virInterfaceChangeCommit),
      HVKIT_CALL(virInterfaceChangeRollback),
      HVKIT_CALL(virInterfaceCreate),
      HVKIT_CALL(virInterfaceDefineXML),
      HVKIT_CALL(virInterfaceDestroy),
      HVKIT_CALL(virInterfaceGetXMLDesc),
      HVKIT_CALL(virInterfaceIsActive),
      HVKIT_CALL(virInterfaceLookupByMACString),
      HVKIT_CALL(virInterfaceLookupByName),
      HVKIT_CALL(virInterfaceUndefine),
  };
}

}  // namespace hvkit::libvirt
