#pragma once

#include <libvirt/libvirt.h>

#include "common/value.h"

/// libvirt's structs as plain data. The field names are libvirt's own, in the way JavaScript writes them.
namespace hvkit::libvirt {

Value ToValue(const virNodeInfo& info);
Value ToValue(const virSecurityModel& model);
Value ToValue(const virSecurityLabel& label);

Value ToValue(const virDomainInfo& info);
Value ToValue(const virDomainControlInfo& info);
Value ToValue(const virDomainJobInfo& info);
Value ToValue(const virDomainBlockInfo& info);
Value ToValue(const virDomainBlockJobInfo& info);
Value ToValue(const virDomainBlockStatsStruct& stats);
Value ToValue(const virDomainInterfaceStatsStruct& stats);

Value ToValue(const virDomainInterface& interface);
Value ToValue(const virDomainFSInfo& info);
Value ToValue(const virDomainIOThreadInfo& info);
Value ToValue(const virNetworkDHCPLease& lease);
inline void FreeStruct(virDomainInterfacePtr interface) { virDomainInterfaceFree(interface); }
inline void FreeStruct(virDomainFSInfoPtr info) { virDomainFSInfoFree(info); }
inline void FreeStruct(virDomainIOThreadInfoPtr info) { virDomainIOThreadInfoFree(info); }
inline void FreeStruct(virNetworkDHCPLeasePtr lease) { virNetworkDHCPLeaseFree(lease); }

Value ToValue(const virStoragePoolInfo& info);
Value ToValue(const virStorageVolInfo& info);

}  // namespace hvkit::libvirt
