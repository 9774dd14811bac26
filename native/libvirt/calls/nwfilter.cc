#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable NwfilterCalls() {
  return {
      HVKIT_UUID(NWFilter),
      HVKIT_SYNC(virNWFilterBindingGetFilterName),
      HVKIT_SYNC(virNWFilterBindingGetPortDev),
      HVKIT_SYNC(virNWFilterGetName),
      HVKIT_CALL(virConnectListAllNWFilterBindings),
      HVKIT_CALL(virConnectListAllNWFilters),
      HVKIT_CALL(virNWFilterBindingCreateXML),
      HVKIT_CALL(virNWFilterBindingDelete),
      HVKIT_CALL(virNWFilterBindingGetXMLDesc),
      HVKIT_CALL(virNWFilterBindingLookupByPortDev),
      HVKIT_CALL(virNWFilterDefineXML),
      HVKIT_CALL(virNWFilterGetXMLDesc),
      HVKIT_CALL(virNWFilterLookupByName),
      HVKIT_CALL(virNWFilterLookupByUUIDString),
      HVKIT_CALL(virNWFilterUndefine),
      // Newer than libvirt 6.0.
      Newer<virNWFilterPtr(virConnectPtr, const char*, unsigned int)>::Bind("virNWFilterDefineXMLFlags"),  // 7.7.0
  };
}

}  // namespace hvkit::libvirt
