#include "vmnet/helper/system.h"

#include <mach-o/dyld.h>
#include <unistd.h>

#include <cstdint>

namespace hvkit::vmnet::helper {

std::optional<Caller> CallerOf(int socket) {
  Caller caller = {};
  if (getpeereid(socket, &caller.uid, &caller.gid) != 0) return std::nullopt;
  return caller;
}

std::string OwnProgram() {
  uint32_t size = 0;
  _NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (_NSGetExecutablePath(path.data(), &size) != 0) return {};
  path.resize(path.find('\0'));
  return path;
}

bool GiveUpTheRest() { return true; }

}  // namespace hvkit::vmnet::helper
