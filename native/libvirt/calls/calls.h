#pragma once

#include "libvirt/call.h"

/// The tables of bound functions, one file for each of libvirt's modules.
namespace hvkit::libvirt {

CallTable ConnectionCalls();
CallTable ConnectionCallsByHand();
CallTable DomainCalls();
CallTable DomainCallsByHand();
CallTable StorageCalls();
CallTable InterfaceCalls();
CallTable NwfilterCalls();
CallTable NetworkCalls();
CallTable NodedevCalls();
CallTable SecretCalls();
CallTable CheckpointCalls();
CallTable SnapshotCalls();
CallTable StreamCalls();
CallTable StreamCallsByHand();
CallTable QemuCalls();

}  // namespace hvkit::libvirt
