#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable NodedevCalls() {
  return {
      HVKIT_SYNC(virNodeDeviceGetName),
      HVKIT_CALL(virConnectListAllNodeDevices),
      HVKIT_CALL(virNodeDeviceCreateXML),
      HVKIT_CALL(virNodeDeviceDestroy),
      HVKIT_CALL(virNodeDeviceDetachFlags),
      HVKIT_CALL(virNodeDeviceDettach),
      HVKIT_CALL(virNodeDeviceGetParent),
      HVKIT_CALL(virNodeDeviceGetXMLDesc),
      HVKIT_CALL(virNodeDeviceLookupByName),
      HVKIT_CALL(virNodeDeviceLookupSCSIHostByWWN),
      HVKIT_CALL(virNodeDeviceReAttach),
      HVKIT_CALL(virNodeDeviceReset),
      // Newer than libvirt 6.0.
      Newer<int(virNodeDevicePtr, unsigned int)>::Bind("virNodeDeviceCreate"),  // 7.3.0
      Newer<virNodeDevicePtr(virConnectPtr, const char*, unsigned int)>::Bind("virNodeDeviceDefineXML"),  // 7.3.0
      Newer<int(virNodeDevicePtr, unsigned int)>::Bind("virNodeDeviceUndefine"),  // 7.3.0
      Newer<int(virNodeDevicePtr, int*)>::Bind("virNodeDeviceGetAutostart"),  // 7.8.0
      Newer<int(virNodeDevicePtr)>::Bind("virNodeDeviceIsActive"),  // 7.8.0
      Newer<int(virNodeDevicePtr)>::Bind("virNodeDeviceIsPersistent"),  // 7.8.0
      Newer<int(virNodeDevicePtr, int)>::Bind("virNodeDeviceSetAutostart"),  // 7.8.0
  };
}

}  // namespace hvkit::libvirt
