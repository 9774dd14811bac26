// hvkit-vmnet: the one part of hvkit that runs as root on a Mac. It gives machines of the users that it was installed
// for an interface of vmnet's each, and passes their frames: docs/xhyve-helper.md.
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "vmnet/helper/connection.h"
#include "vmnet/helper/listener.h"

namespace hvkit::vmnet::helper {

namespace {

constexpr int kUsage = 64;  // EX_USAGE of sysexits(3)

std::optional<uint32_t> ParseNumber(std::string_view text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

/// A process that was started with some of the first three descriptors closed would open something else in their place.
void OpenFirstDescriptors() {
  int fd = 0;
  do {
    fd = open("/dev/null", O_RDWR);
  } while (fd != -1 && fd <= STDERR_FILENO);
  if (fd != -1) close(fd);
}

/// `serve UID GID STATE LEASES`, with the connection at descriptor 3: what the listener starts.
bool ServeOne(const std::vector<std::string_view>& words) {
  if (words.size() != 5) return false;
  const std::optional<uint32_t> uid = ParseNumber(words[1]);
  const std::optional<uint32_t> gid = ParseNumber(words[2]);
  if (!uid || !gid) return false;
  Serve(STDERR_FILENO + 1, {*uid, *gid}, {std::string(words[3]), std::string(words[4])});
  return true;
}

/// `listen SOCKET STATE LEASES UID...`
bool ListenFor(const std::vector<std::string_view>& words) {
  if (words.size() < 4) return false;
  Service service = {std::string(words[1]), {}, {std::string(words[2]), std::string(words[3])}};
  for (size_t i = 4; i < words.size(); ++i) {
    const std::optional<uint32_t> uid = ParseNumber(words[i]);
    if (!uid) return false;
    service.users.push_back(*uid);
  }
  Listen(service);
  return true;
}

int Main(const std::vector<std::string_view>& words) {
  signal(SIGPIPE, SIG_IGN);
  try {
    if (!words.empty() && words[0] == "serve" && ServeOne(words)) return 0;
    if (!words.empty() && words[0] == "listen") {
      OpenFirstDescriptors();
      if (ListenFor(words)) return 0;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hvkit-vmnet: %s\n", error.what());
    return 1;
  }
  std::fputs("Usage: hvkit-vmnet listen SOCKET STATE LEASES [UID]...\n", stderr);
  return kUsage;
}

}  // namespace

}  // namespace hvkit::vmnet::helper

int main(int argc, char** argv) { return hvkit::vmnet::helper::Main({argv + (argc > 0 ? 1 : 0), argv + argc}); }
