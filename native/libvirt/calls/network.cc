#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable NetworkCalls() {
  return {
      HVKIT_UUID(Network),
      HVKIT_UUID(NetworkPort),
      HVKIT_SYNC(virNetworkGetName),
      HVKIT_CALL(virConnectListAllNetworks),
      HVKIT_CALL(virNetworkCreate),
      HVKIT_CALL(virNetworkCreateXML),
      HVKIT_CALL(virNetworkDefineXML),
      HVKIT_CALL(virNetworkDestroy),
      HVKIT_CALL(virNetworkGetAutostart),
      HVKIT_CALL(virNetworkGetBridgeName),
      HVKIT_CALL(virNetworkGetDHCPLeases),
      HVKIT_CALL(virNetworkGetXMLDesc),
      HVKIT_CALL(virNetworkIsActive),
      HVKIT_CALL(virNetworkIsPersistent),
      HVKIT_CALL(virNetworkListAllPorts),
      HVKIT_CALL(virNetworkLookupByName),
      HVKIT_CALL(virNetworkLookupByUUIDString),
      HVKIT_CALL(virNetworkPortCreateXML),
      HVKIT_CALL(virNetworkPortDelete),
      HVKIT_CALL(virNetworkPortGetParameters),
      HVKIT_CALL(virNetworkPortGetXMLDesc),
      HVKIT_CALL(virNetworkPortLookupByUUIDString),
      HVKIT_CALL(virNetworkPortSetParameters),
      HVKIT_CALL(virNetworkSetAutostart),
      HVKIT_CALL(virNetworkUndefine),
      HVKIT_CALL(virNetworkUpdate),
      // Newer than libvirt 6.0.
      Newer<virNetworkPtr(virConnectPtr, const char*, unsigned int)>::Bind("virNetworkDefineXMLFlags"),  // 7.7.0
      Newer<virNetworkPtr(virConnectPtr, const char*, unsigned int)>::Bind("virNetworkCreateXMLFlags"),  // 7.8.0
  };
}

}  // namespace hvkit::libvirt
