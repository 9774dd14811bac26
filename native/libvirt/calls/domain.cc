#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable DomainCalls() {
  return {
      HVKIT_UUID(Domain), HVKIT_SYNC(virDomainGetName), HVKIT_CALL(virConnectDomainXMLFromNative),
      HVKIT_CALL(virConnectDomainXMLToNative), HVKIT_CALL(virConnectGetDomainCapabilities),
      HVKIT_CALL(virConnectListAllDomains), HVKIT_CALL(virDomainAbortJob), HVKIT_CALL(virDomainAddIOThread),
      HVKIT_CALL(virDomainAgentSetResponseTimeout), HVKIT_CALL(virDomainAttachDeviceFlags),
      HVKIT_CALL(virDomainBackupBegin), HVKIT_CALL(virDomainBackupGetXMLDesc), HVKIT_CALL(virDomainBlockCommit),
      HVKIT_CALL(virDomainBlockCopy), HVKIT_CALL(virDomainBlockJobAbort), HVKIT_CALL(virDomainBlockJobSetSpeed),
      HVKIT_CALL(virDomainBlockPull), HVKIT_CALL(virDomainBlockRebase), HVKIT_CALL(virDomainBlockResize),
      HVKIT_CALL(virDomainBlockStats), HVKIT_CALL(virDomainBlockStatsFlags), HVKIT_CALL(virDomainCoreDumpWithFormat),
      HVKIT_CALL(virDomainCreateWithFlags), HVKIT_CALL(virDomainCreateXML), HVKIT_CALL(virDomainDefineXMLFlags),
      HVKIT_CALL(virDomainDelIOThread), HVKIT_CALL(virDomainDestroyFlags), HVKIT_CALL(virDomainDetachDeviceAlias),
      HVKIT_CALL(virDomainDetachDeviceFlags), HVKIT_CALL(virDomainFSFreeze), HVKIT_CALL(virDomainFSThaw),
      HVKIT_CALL(virDomainFSTrim), HVKIT_CALL(virDomainGetAutostart), HVKIT_CALL(virDomainGetBlkioParameters),
      HVKIT_CALL(virDomainGetBlockInfo), HVKIT_CALL(virDomainGetBlockIoTune), HVKIT_CALL(virDomainGetControlInfo),
      HVKIT_CALL(virDomainGetFSInfo), HVKIT_CALL(virDomainGetGuestInfo), HVKIT_CALL(virDomainGetGuestVcpus),
      HVKIT_CALL(virDomainGetHostname), HVKIT_CALL(virDomainGetIOThreadInfo), HVKIT_CALL(virDomainGetInfo),
      HVKIT_CALL(virDomainGetInterfaceParameters), HVKIT_CALL(virDomainGetJobStats),
      HVKIT_CALL(virDomainGetLaunchSecurityInfo), HVKIT_CALL(virDomainGetMaxMemory), HVKIT_CALL(virDomainGetMaxVcpus),
      HVKIT_CALL(virDomainGetMemoryParameters), HVKIT_CALL(virDomainGetMetadata),
      HVKIT_CALL(virDomainGetNumaParameters), HVKIT_CALL(virDomainGetOSType), HVKIT_CALL(virDomainGetPerfEvents),
      HVKIT_CALL(virDomainGetSecurityLabel), HVKIT_CALL(virDomainGetState), HVKIT_CALL(virDomainGetTime),
      HVKIT_CALL(virDomainGetVcpusFlags), HVKIT_CALL(virDomainGetXMLDesc), HVKIT_CALL(virDomainHasManagedSaveImage),
      HVKIT_CALL(virDomainInjectNMI), HVKIT_CALL(virDomainInterfaceAddresses), HVKIT_CALL(virDomainInterfaceStats),
      HVKIT_CALL(virDomainIsActive), HVKIT_CALL(virDomainIsPersistent), HVKIT_CALL(virDomainIsUpdated),
      HVKIT_CALL(virDomainLookupByID), HVKIT_CALL(virDomainLookupByName), HVKIT_CALL(virDomainLookupByUUIDString),
      HVKIT_CALL(virDomainManagedSave), HVKIT_CALL(virDomainManagedSaveDefineXML),
      HVKIT_CALL(virDomainManagedSaveGetXMLDesc), HVKIT_CALL(virDomainManagedSaveRemove),
      HVKIT_CALL(virDomainMigrateGetCompressionCache), HVKIT_CALL(virDomainMigrateGetMaxDowntime),
      HVKIT_CALL(virDomainMigrateGetMaxSpeed), HVKIT_CALL(virDomainMigrateSetCompressionCache),
      HVKIT_CALL(virDomainMigrateSetMaxDowntime), HVKIT_CALL(virDomainMigrateSetMaxSpeed),
      HVKIT_CALL(virDomainMigrateStartPostCopy), HVKIT_CALL(virDomainMigrateToURI3), HVKIT_CALL(virDomainOpenChannel),
      HVKIT_CALL(virDomainOpenConsole), HVKIT_CALL(virDomainPMSuspendForDuration), HVKIT_CALL(virDomainPMWakeup),
      HVKIT_CALL(virDomainPinEmulator), HVKIT_CALL(virDomainPinIOThread), HVKIT_CALL(virDomainPinVcpuFlags),
      HVKIT_CALL(virDomainReboot), HVKIT_CALL(virDomainRename), HVKIT_CALL(virDomainReset),
      HVKIT_CALL(virDomainRestoreFlags), HVKIT_CALL(virDomainResume), HVKIT_CALL(virDomainSaveFlags),
      HVKIT_CALL(virDomainSaveImageDefineXML), HVKIT_CALL(virDomainSaveImageGetXMLDesc),
      HVKIT_CALL(virDomainScreenshot), HVKIT_CALL(virDomainSendProcessSignal), HVKIT_CALL(virDomainSetAutostart),
      HVKIT_CALL(virDomainSetBlkioParameters), HVKIT_CALL(virDomainSetBlockIoTune),
      HVKIT_CALL(virDomainSetBlockThreshold), HVKIT_CALL(virDomainSetGuestVcpus),
      HVKIT_CALL(virDomainSetIOThreadParams), HVKIT_CALL(virDomainSetInterfaceParameters),
      HVKIT_CALL(virDomainSetLifecycleAction), HVKIT_CALL(virDomainSetMaxMemory), HVKIT_CALL(virDomainSetMemoryFlags),
      HVKIT_CALL(virDomainSetMemoryParameters), HVKIT_CALL(virDomainSetMemoryStatsPeriod),
      HVKIT_CALL(virDomainSetMetadata), HVKIT_CALL(virDomainSetNumaParameters), HVKIT_CALL(virDomainSetPerfEvents),
      HVKIT_CALL(virDomainSetSchedulerParametersFlags), HVKIT_CALL(virDomainSetTime),
      HVKIT_CALL(virDomainSetUserPassword), HVKIT_CALL(virDomainSetVcpu), HVKIT_CALL(virDomainSetVcpusFlags),
      HVKIT_CALL(virDomainShutdownFlags), HVKIT_CALL(virDomainSuspend), HVKIT_CALL(virDomainUndefineFlags),
      HVKIT_CALL(virDomainUpdateDeviceFlags),
      // Newer than libvirt 6.0.
      Newer<int(virDomainPtr, const char*, char***, unsigned int)>::Bind("virDomainAuthorizedSSHKeysGet"),  // 6.10.0
      Newer<int(virDomainPtr, const char*, const char**, unsigned int, unsigned int)>::Bind(
          "virDomainAuthorizedSSHKeysSet"),                                              // 6.10.0
      Newer<int(virDomainPtr, char***, unsigned int)>::Bind("virDomainGetMessages"),     // 7.1.0
      Newer<int(virDomainPtr, int, unsigned int)>::Bind("virDomainStartDirtyRateCalc"),  // 7.2.0
      Newer<int(virDomainPtr, virTypedParameterPtr, int, unsigned int)>::Bind(
          "virDomainSetLaunchSecurityState"),                                                              // 8.0.0
      Newer<int(virConnectPtr, virTypedParameterPtr, int, unsigned int)>::Bind("virDomainRestoreParams"),  // 8.4.0
      Newer<int(virDomainPtr, virTypedParameterPtr, int, unsigned int)>::Bind("virDomainSaveParams"),      // 8.4.0
      Newer<int(virDomainPtr, unsigned int)>::Bind("virDomainAbortJobFlags"),                              // 8.5.0
  };
}

}  // namespace hvkit::libvirt
