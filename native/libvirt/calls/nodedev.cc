#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <vector>

#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

namespace {

using DeviceHandle = Handle<virNodeDevicePtr>;

/// NULL is an error, or a device without a parent.
Napi::Value Parent(const Napi::CallbackInfo& info) {
  return CallByHand<virNodeDevicePtr>(info, [](Reader& /*arguments*/) {
    return [](const DeviceHandle& device) -> Value {
      const char* parent = virNodeDeviceGetParent(device.pointer());
      if (parent == nullptr && virGetLastErrorCode() != VIR_ERR_OK) throw LastFailure("virNodeDeviceGetParent");
      return parent;
    };
  });
}

/// The names of a device's capabilities. libvirt fills an array of the caller, who asks before how large it must be.
Napi::Value ListCaps(const Napi::CallbackInfo& info) {
  return CallByHand<virNodeDevicePtr>(info, [](Reader& /*arguments*/) {
    return [](const DeviceHandle& device) -> Value {
      const int most = virNodeDeviceNumOfCaps(device.pointer());
      if (most < 0) throw LastFailure("virNodeDeviceNumOfCaps");
      std::vector<char*> names(static_cast<size_t>(most));
      const int count = virNodeDeviceListCaps(device.pointer(), names.data(), most);
      if (count < 0) throw LastFailure("virNodeDeviceListCaps");
      Value::List list;
      for (int i = 0; i < count; ++i) list.emplace_back(Owned<char>(names[static_cast<size_t>(i)]).get());
      return list;
    };
  });
}

}  // namespace

CallTable NodedevCalls() {
  return {
      HVKIT_SYNC(virNodeDeviceGetName),
      HVKIT_CALL(virConnectListAllNodeDevices),
      HVKIT_CALL(virNodeDeviceCreateXML),
      HVKIT_CALL(virNodeDeviceDestroy),
      HVKIT_CALL(virNodeDeviceDetachFlags),
      HVKIT_BY_HAND(virNodeDeviceGetParent, Parent),
      HVKIT_CALL(virNodeDeviceGetXMLDesc),
      HVKIT_BY_HAND(virNodeDeviceListCaps, ListCaps),
      HVKIT_CALL(virNodeDeviceLookupByName),
      HVKIT_CALL(virNodeDeviceLookupSCSIHostByWWN),
      HVKIT_CALL(virNodeDeviceReAttach),
      HVKIT_CALL(virNodeDeviceReset),
      // Newer than libvirt 6.0.
      Newer<int(virNodeDevicePtr, unsigned int)>::Bind("virNodeDeviceCreate"),                            // 7.3.0
      Newer<virNodeDevicePtr(virConnectPtr, const char*, unsigned int)>::Bind("virNodeDeviceDefineXML"),  // 7.3.0
      Newer<int(virNodeDevicePtr, unsigned int)>::Bind("virNodeDeviceUndefine"),                          // 7.3.0
      Newer<int(virNodeDevicePtr, int*)>::Bind("virNodeDeviceGetAutostart"),                              // 7.8.0
      Newer<int(virNodeDevicePtr)>::Bind("virNodeDeviceIsActive"),                                        // 7.8.0
      Newer<int(virNodeDevicePtr)>::Bind("virNodeDeviceIsPersistent"),                                    // 7.8.0
      Newer<int(virNodeDevicePtr, int)>::Bind("virNodeDeviceSetAutostart"),                               // 7.8.0
  };
}

}  // namespace hvkit::libvirt
