#include "vmnet/leases/server.h"

#include <dirent.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdlib>
#include <memory>

namespace hvkit::vmnet {

void TellServer(const std::string& program) {
  const std::unique_ptr<DIR, int (*)(DIR*)> processes(opendir("/proc"), closedir);
  if (!processes) return;
  // Of a folder that no other thread reads.
  while (const dirent* entry = readdir(processes.get())) {  // NOLINT(concurrency-mt-unsafe)
    const pid_t pid = std::atoi(entry->d_name);             // NOLINT(cert-err34-c): 0 where it is no number
    if (pid <= 0) continue;
    // Processes come and go while one looks: what cannot be read any more is none of them.
    char executable[PATH_MAX];
    const std::string link = "/proc/" + std::string(entry->d_name) + "/exe";
    const ssize_t length = readlink(link.c_str(), executable, sizeof(executable));
    if (length > 0 && std::string(executable, static_cast<size_t>(length)) == program) kill(pid, SIGHUP);
  }
}

}  // namespace hvkit::vmnet
