#pragma once

#include "libvirt/connection.h"

namespace hvkit::libvirt {

/// virConnectSetKeepAlive, but for the end of a connection that gets no answers, which is left to the event loop.
///
/// Where libvirt itself ends one while several calls wait, it wakes the thread that reads and no other: those sleep on
/// until something is received after all. Of that libvirt 9.0 dies, because what that thread was to be told through is
/// on its stack, which is gone (CVE-2024-4418: "rpc: ensure temporary GSource is removed from client event loop"). The
/// end of the socket wakes each of them, one after the other.
int SetKeepAlive(Connection& connection, int interval, unsigned int count);

}  // namespace hvkit::libvirt
