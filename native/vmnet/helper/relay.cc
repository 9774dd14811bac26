#include "vmnet/helper/relay.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <thread>
#include <vector>

#include "vmnet/helper/frames.h"

namespace hvkit::vmnet::helper {

namespace {

/// How many frames go on together. One call of the system's for many is what makes it fast.
constexpr size_t kTogether = 64;
constexpr size_t kLength = 2;
constexpr size_t kRoom = size_t{256} << 10U;

bool WriteAll(int socket, iovec* parts, size_t count) {
  while (count > 0) {
    ssize_t written = writev(socket, parts, static_cast<int>(count));
    if (written == -1 && errno == EINTR) continue;
    if (written <= 0) return false;
    while (count > 0 && static_cast<size_t>(written) >= parts->iov_len) {
      written -= static_cast<ssize_t>(parts->iov_len);
      ++parts;
      --count;
    }
    if (count > 0) {
      parts->iov_base = static_cast<uint8_t*>(parts->iov_base) + written;
      parts->iov_len -= static_cast<size_t>(written);
    }
  }
  return true;
}

void FromInterface(int socket, NetworkInterface& interface) {
  const size_t largest = interface.facts().max_frame;
  std::vector<uint8_t> memory(kTogether * (kLength + largest));
  std::array<Frame, kTogether> frames = {};
  std::array<iovec, kTogether> parts = {};
  for (;;) {
    for (size_t i = 0; i < kTogether; ++i) frames[i] = {&memory[i * (kLength + largest) + kLength], largest};
    const size_t count = interface.read(frames.data(), kTogether);
    for (size_t i = 0; i < count; ++i) {
      uint8_t* const begin = frames[i].data - kLength;
      begin[0] = static_cast<uint8_t>(frames[i].size);
      begin[1] = static_cast<uint8_t>(frames[i].size >> 8U);
      parts[i] = {begin, kLength + frames[i].size};
    }
    if (count == 0 || !WriteAll(socket, parts.data(), count)) return;
  }
}

void ToInterface(int socket, NetworkInterface& interface) {
  FrameReader reader(interface.facts().max_frame, kRoom);
  std::array<Frame, kTogether> frames = {};
  while (!reader.broken()) {
    const Frame room = reader.Room();
    const ssize_t got = read(socket, room.data, room.size);
    if (got == -1 && errno == EINTR) continue;
    if (got <= 0) break;
    reader.Filled(static_cast<size_t>(got));
    while (const size_t count = reader.Take(frames.data(), frames.size())) interface.write(frames.data(), count);
  }
}

/// What it failed with. Off its thread an exception would end the process without a word.
template <class Body>
std::exception_ptr FailureOf(const Body& body) {
  try {
    body();
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

void PassFrames(int socket, NetworkInterface& interface) {
  std::exception_ptr from;
  std::thread other([&] {
    from = FailureOf([&] { FromInterface(socket, interface); });
    // The other direction waits for the socket.
    shutdown(socket, SHUT_RDWR);
  });
  const std::exception_ptr to = FailureOf([&] { ToInterface(socket, interface); });
  // The other direction waits for either.
  shutdown(socket, SHUT_RDWR);
  interface.interrupt();
  other.join();
  for (const std::exception_ptr& failure : {from, to}) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace hvkit::vmnet::helper
