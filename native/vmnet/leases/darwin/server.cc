#include "vmnet/leases/server.h"

#include <libproc.h>
#include <sys/types.h>

#include <array>
#include <csignal>
#include <vector>

namespace hvkit::vmnet {

void TellServer(const std::string& program) {
  // With room for those that start while one looks.
  constexpr int kMore = 64;
  std::vector<pid_t> processes(static_cast<size_t>(proc_listallpids(nullptr, 0) + kMore));
  const int count = proc_listallpids(processes.data(), static_cast<int>(processes.size() * sizeof(pid_t)));
  if (count < 0) return;
  processes.resize(static_cast<size_t>(count));
  std::array<char, PROC_PIDPATHINFO_MAXSIZE> path{};
  for (const pid_t pid : processes) {
    const int length = proc_pidpath(pid, path.data(), path.size());
    if (length > 0 && program.compare(0, std::string::npos, path.data(), static_cast<size_t>(length)) == 0) {
      kill(pid, SIGHUP);
    }
  }
}

}  // namespace hvkit::vmnet
