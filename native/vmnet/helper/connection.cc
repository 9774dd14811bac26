#include "vmnet/helper/connection.h"

#include <grp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>

#include "common/failure.h"
#include "vmnet/helper/handed_out.h"
#include "vmnet/helper/messages.h"
#include "vmnet/helper/relay.h"
#include "vmnet/helper/reserved.h"
#include "vmnet/leases/leases.h"
#include "vmnet/network_interface.h"

namespace hvkit::vmnet::helper {

namespace {

using Clock = std::chrono::steady_clock;

/// Both sides have everything ready that they say before the frames.
constexpr std::chrono::seconds kDeadline(3);
/// How long making the interface may take, and with it all that comes before the frames.
constexpr unsigned kBeforeFrames = 30;
constexpr int kSocketBuffer = 1 << 20;
constexpr uint8_t kEthernetType = 1;

/// Exactly so many bytes, until then.
template <size_t N>
bool Read(int socket, std::array<uint8_t, N>& message, Clock::time_point until) {
  size_t have = 0;
  while (have < N) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd ready = {socket, POLLIN, 0};
    const int result = left > 0 ? poll(&ready, 1, static_cast<int>(left)) : 0;
    if (result == -1 && errno == EINTR) continue;
    if (result <= 0) return false;
    const ssize_t got = recv(socket, message.data() + have, N - have, MSG_DONTWAIT);
    if (got == -1 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return false;
    have += static_cast<size_t>(got);
  }
  return true;
}

/// No message fills a socket's buffer: what cannot be written at once is for somebody who does not read.
template <size_t N>
bool Write(int socket, const std::array<uint8_t, N>& message) {
  return send(socket, message.data(), N, MSG_DONTWAIT) == ssize_t{N};
}

/// For good: the process is the caller's own from here on, and has nothing of root's but the interface.
void DropPrivileges(const Caller& caller) {
  const bool dropped = setgroups(1, &caller.gid) == 0 && setgid(caller.gid) == 0 && setuid(caller.uid) == 0 &&
                       GiveUpTheRest() && (caller.uid == 0 || (setuid(0) == -1 && geteuid() == caller.uid));
  if (!dropped) throw Failure("ERR_VMNET_HELPER_PRIVILEGES", "The privileges could not be dropped");
}

/// Handed out to this caller, and to nobody else.
std::unique_ptr<NetworkInterface> InterfaceFor(const Caller& caller, const Wish& wish, const Places& places) {
  if (wish.address) RequireReservable(*wish.address);
  std::unique_ptr<NetworkInterface> interface =
      wish.address ? NetworkInterface::openReserved(wish.uuid, *wish.address) : NetworkInterface::open(wish.uuid);
  if (!HandedOut(places.state).Record(caller.uid, interface->facts().mac)) {
    throw Failure("ERR_VMNET_HELPER_TAKEN", "The MAC of this UUID belongs to a machine of another user");
  }
  return interface;
}

void ServeEthernet(int socket, const Caller& caller, const Places& places, Clock::time_point until) {
  Command command = {};
  if (!Write(socket, Greeting()) || !Read(socket, command, until)) return;
  const std::optional<Wish> wish = WishOf(command);
  if (!wish) {
    Write(socket, DisconnectResponse("The command was not understood"));
    return;
  }
  std::unique_ptr<NetworkInterface> interface;
  try {
    interface = InterfaceFor(caller, *wish, places);
    DropPrivileges(caller);
  } catch (const Failure& failure) {
    Write(socket, DisconnectResponse(failure.what()));
    return;
  }
  alarm(0);
  // Where they are small, as on macOS, every frame would be a wait.
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof(kSocketBuffer));
  setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof(kSocketBuffer));
  if (Write(socket, InterfaceResponse(interface->facts()))) PassFrames(socket, *interface);
}

Answer Release(const Caller& caller, const Mac& mac, const Places& places) {
  LeaseKey key;
  key.hardware.type = kEthernetType;
  key.hardware.bytes.assign(mac.begin(), mac.end());
  Removal outcome = Removal::kDone;
  size_t removed = 0;
  const bool theirs = HandedOut(places.state).Return(caller.uid, mac, [&] {
    outcome = RemoveLeases(places.leases, {key}, removed);
    return outcome == Removal::kDone;
  });
  if (!theirs) return {Status::kNotTheirs, mac, 0};
  return {outcome == Removal::kDone ? Status::kDone : Status::kBusy, mac, static_cast<uint32_t>(removed)};
}

Answer AnswerTo(const Request& request, const Caller& caller, const Places& places) {
  switch (request.kind) {
    case Request::Kind::kMac: return {Status::kDone, InterfaceFor(caller, {request.uuid, {}}, places)->facts().mac, 0};
    case Request::Kind::kRelease: return Release(caller, request.mac, places);
    case Request::Kind::kVersion: break;
  }
  return {};
}

void ServeRequest(int socket, const Opening& opening, const Caller& caller, const Places& places) {
  const std::optional<Request> request = ParseRequest(opening);
  if (!request) {
    Write(socket, FormatReply({Status::kInvalid, {}, 0}));
    return;
  }
  try {
    Write(socket, FormatReply(AnswerTo(*request, caller, places)));
  } catch (const Failure& failure) {
    Write(socket, FormatReply({Status::kFailed, {}, 0}, failure.what()));
  }
}

}  // namespace

void Serve(int socket, const Caller& caller, const Places& places) {
  // Whatever hangs, in this program or in the system: the process ends.
  alarm(kBeforeFrames);
  const Clock::time_point until = Clock::now() + kDeadline;
  Opening opening = {};
  if (!Read(socket, opening, until)) return;
  if (IsGreeting(opening)) {
    ServeEthernet(socket, caller, places, until);
  } else {
    ServeRequest(socket, opening, caller, places);
  }
}

}  // namespace hvkit::vmnet::helper
