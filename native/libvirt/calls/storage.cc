#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable StorageCalls() {
  return {
      HVKIT_UUID(StoragePool),
      HVKIT_SYNC(virStoragePoolGetName),
      HVKIT_SYNC(virStorageVolGetKey),
      HVKIT_SYNC(virStorageVolGetName),
      HVKIT_CALL(virConnectFindStoragePoolSources),
      HVKIT_CALL(virConnectGetStoragePoolCapabilities),
      HVKIT_CALL(virConnectListAllStoragePools),
      HVKIT_CALL(virStoragePoolBuild),
      HVKIT_CALL(virStoragePoolCreate),
      HVKIT_CALL(virStoragePoolCreateXML),
      HVKIT_CALL(virStoragePoolDefineXML),
      HVKIT_CALL(virStoragePoolDelete),
      HVKIT_CALL(virStoragePoolDestroy),
      HVKIT_CALL(virStoragePoolGetAutostart),
      HVKIT_CALL(virStoragePoolGetInfo),
      HVKIT_CALL(virStoragePoolGetXMLDesc),
      HVKIT_CALL(virStoragePoolIsActive),
      HVKIT_CALL(virStoragePoolIsPersistent),
      HVKIT_CALL(virStoragePoolListAllVolumes),
      HVKIT_CALL(virStoragePoolLookupByName),
      HVKIT_CALL(virStoragePoolLookupByTargetPath),
      HVKIT_CALL(virStoragePoolLookupByUUIDString),
      HVKIT_CALL(virStoragePoolLookupByVolume),
      HVKIT_CALL(virStoragePoolRefresh),
      HVKIT_CALL(virStoragePoolSetAutostart),
      HVKIT_CALL(virStoragePoolUndefine),
      HVKIT_CALL(virStorageVolCreateXML),
      HVKIT_CALL(virStorageVolCreateXMLFrom),
      HVKIT_CALL(virStorageVolDelete),
      HVKIT_CALL(virStorageVolDownload),
      HVKIT_CALL(virStorageVolGetInfo),
      HVKIT_CALL(virStorageVolGetInfoFlags),
      HVKIT_CALL(virStorageVolGetPath),
      HVKIT_CALL(virStorageVolGetXMLDesc),
      HVKIT_CALL(virStorageVolLookupByKey),
      HVKIT_CALL(virStorageVolLookupByName),
      HVKIT_CALL(virStorageVolLookupByPath),
      HVKIT_CALL(virStorageVolResize),
      HVKIT_CALL(virStorageVolUpload),
      HVKIT_CALL(virStorageVolWipe),
      HVKIT_CALL(virStorageVolWipePattern),
  };
}

}  // namespace hvkit::libvirt
