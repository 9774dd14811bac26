#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable ConnectionCalls() {
  return {
      // The connection, and what its hypervisor can do.
      HVKIT_CALL(virConnectBaselineCPU),
      HVKIT_CALL(virConnectBaselineHypervisorCPU),
      HVKIT_CALL(virConnectCompareCPU),
      HVKIT_CALL(virConnectCompareHypervisorCPU),
      HVKIT_CALL(virConnectGetCPUModelNames),
      HVKIT_CALL(virConnectGetCapabilities),
      HVKIT_CALL(virConnectGetHostname),
      HVKIT_CALL(virConnectGetLibVersion),
      HVKIT_CALL(virConnectGetMaxVcpus),
      HVKIT_CALL(virConnectGetSysinfo),
      HVKIT_CALL(virConnectGetType),
      HVKIT_CALL(virConnectGetURI),
      HVKIT_CALL(virConnectGetVersion),
      HVKIT_CALL(virConnectIsEncrypted),
      HVKIT_CALL(virConnectIsSecure),
      HVKIT_CALL(virConnectSetIdentity),
      // The machine at its other end.
      HVKIT_CALL(virNodeGetFreeMemory),
      HVKIT_CALL(virNodeGetInfo),
      HVKIT_CALL(virNodeGetMemoryParameters),
      HVKIT_CALL(virNodeGetSEVInfo),
      HVKIT_CALL(virNodeGetSecurityModel),
      HVKIT_CALL(virNodeSetMemoryParameters),
      HVKIT_CALL(virNodeSuspendForDuration),
  };
}

}  // namespace hvkit::libvirt
