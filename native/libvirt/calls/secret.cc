#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

CallTable SecretCalls() {
  return {
      HVKIT_UUID(Secret),
      HVKIT_SYNC(virSecretGetUsageID),
      HVKIT_SYNC(virSecretGetUsageType),
      HVKIT_CALL(virConnectListAllSecrets),
      HVKIT_CALL(virSecretDefineXML),
      HVKIT_CALL(virSecretGetXMLDesc),
      HVKIT_CALL(virSecretLookupByUUIDString),
      HVKIT_CALL(virSecretLookupByUsage),
      HVKIT_CALL(virSecretSetValue),
      HVKIT_CALL(virSecretUndefine),
  };
}

}  // namespace hvkit::libvirt
