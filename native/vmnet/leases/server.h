#pragma once

#include <string>

namespace hvkit::vmnet {

/// macOS's DHCP server, which launchd starts when somebody asks for an address, and which ends five minutes after the
/// last one.
constexpr const char* kServer = "/usr/libexec/bootpd";

/// Has each process of this program read the table again, from which it would otherwise write back what it remembers:
/// SIGHUP, as bootpd's manual says. Where none runs, or it is another user's, nothing happens.
void TellServer(const std::string& program);

}  // namespace hvkit::vmnet
