// What stands for hyperkit and its guest: frames go between the bridge of another network namespace, where the guest
// is, and vmnet's, which is this one's.
//   peer helper SOCKET UUID   by the helper
//   peer tap UUID             by a tap of its own, without the helper
// The namespace is the one at descriptor 3. It says "ready" when frames go.
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include "common/failure.h"
#include "vmnet/helper/messages.h"
#include "vmnet/helper/relay.h"
#include "vmnet/network_interface.h"

using namespace hvkit::vmnet;
using namespace hvkit::vmnet::helper;

namespace {

constexpr int kGuestNamespace = 3;
constexpr size_t kTogether = 64;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::perror(what);
  std::_Exit(1);
}

void Ready() {
  std::puts("ready");
  std::fflush(stdout);
}

std::unique_ptr<NetworkInterface> GuestSide(const Uuid& uuid) {
  Require(setns(kGuestNamespace, CLONE_NEWNET) == 0, "setns");
  return NetworkInterface::open(uuid);
}

template <size_t N>
void Receive(int socket, std::array<uint8_t, N>& message) {
  Require(recv(socket, message.data(), N, MSG_WAITALL) == ssize_t{N}, "the helper");
}

template <size_t N>
void Send(int socket, const std::array<uint8_t, N>& message) {
  Require(send(socket, message.data(), N, 0) == ssize_t{N}, "the helper");
}

void ByHelper(const char* path, std::string_view uuid) {
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
  Require(connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0, "connect");
  Opening greeting = Greeting();
  Send(connection, greeting);
  Receive(connection, greeting);
  Command command = {1};
  std::copy(uuid.begin(), uuid.end(), command.begin() + 1);
  Send(connection, command);
  Response response = {};
  Receive(connection, response);
  Require(response[0] == 1, "the helper refused");
  const std::unique_ptr<NetworkInterface> guest = GuestSide(*ParseUuid(uuid));
  Ready();
  PassFrames(connection, *guest);
}

void Pass(NetworkInterface& from, NetworkInterface& to) {
  const size_t largest = from.facts().max_frame;
  std::vector<uint8_t> memory(kTogether * largest);
  std::array<Frame, kTogether> frames = {};
  for (;;) {
    for (size_t i = 0; i < kTogether; ++i) frames[i] = {&memory[i * largest], largest};
    const size_t count = from.read(frames.data(), kTogether);
    if (count == 0) return;
    to.write(frames.data(), count);
  }
}

void ByTap(const Uuid& uuid) {
  const std::unique_ptr<NetworkInterface> host = NetworkInterface::open(uuid);
  const std::unique_ptr<NetworkInterface> guest = GuestSide(uuid);
  std::thread other([&] { Pass(*host, *guest); });
  Ready();
  Pass(*guest, *host);
  other.join();
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  const std::string_view how = argc > 1 ? argv[1] : "";
  try {
    if (how == "helper" && argc == 4) {
      ByHelper(argv[2], argv[3]);
      return 0;
    }
    if (how == "tap" && argc == 3) {
      ByTap(*ParseUuid(argv[2]));
      return 0;
    }
  } catch (const hvkit::Failure& failure) {
    std::fprintf(stderr, "peer: %s\n", failure.what());
    return 1;
  }
  return 2;
}
