#include "vmnet/leases/server.h"

#include <sys/types.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace hvkit::vmnet {

void TellServer(const std::string& program) {
  std::error_code error;
  // Processes come and go while one looks: what cannot be read any more is none of them.
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const pid_t pid = std::atoi(entry->path().filename().c_str());  // NOLINT(cert-err34-c): 0 where it is no number
    if (pid <= 0) continue;
    std::error_code gone;
    if (std::filesystem::read_symlink(entry->path() / "exe", gone) == program) kill(pid, SIGHUP);
  }
}

}  // namespace hvkit::vmnet
