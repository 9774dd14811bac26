#include "vmnet/helper/system.h"

#include <sys/prctl.h>
#include <sys/socket.h>

namespace hvkit::vmnet::helper {

std::optional<Caller> CallerOf(int socket) {
  ucred credentials = {};
  socklen_t size = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return Caller{credentials.uid, credentials.gid};
}

std::string OwnProgram() { return "/proc/self/exe"; }

bool GiveUpTheRest() { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0; }

}  // namespace hvkit::vmnet::helper
