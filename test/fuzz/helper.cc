// What the helper reads of its callers, on whatever bytes there are: scripts/fuzz.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "vmnet/helper/frames.h"
#include "vmnet/helper/messages.h"

using hvkit::vmnet::Frame;
using namespace hvkit::vmnet::helper;

namespace {

constexpr uint32_t kLargest = 1514;
constexpr size_t kShortest = 14;

void Require(bool holds) {
  if (!holds) std::abort();
}

template <size_t N>
std::array<uint8_t, N> Fixed(const uint8_t* data, size_t size) {
  std::array<uint8_t, N> message = {};
  std::copy_n(data, std::min(size, N), message.begin());
  return message;
}

struct Seen {
  std::vector<std::vector<uint8_t>> frames;
  bool broken = false;
};

/// The stream in pieces of this size, its frames taken so many at a time.
Seen Read(const uint8_t* data, size_t size, size_t piece, size_t together) {
  FrameReader reader(kLargest, piece);
  Seen seen;
  std::vector<Frame> frames(together);
  while (size > 0 && !reader.broken()) {
    const Frame room = reader.Room();
    Require(room.size > 0);
    const size_t part = std::min({piece, size, room.size});
    std::memcpy(room.data, data, part);
    reader.Filled(part);
    data += part;
    size -= part;
    while (const size_t count = reader.Take(frames.data(), together)) {
      for (size_t i = 0; i < count; ++i) {
        Require(frames[i].size >= kShortest && frames[i].size <= kLargest);
        seen.frames.emplace_back(frames[i].data, frames[i].data + frames[i].size);
      }
    }
  }
  seen.broken = reader.broken();
  return seen;
}

void CheckFrames(const uint8_t* data, size_t size, size_t piece) {
  const Seen whole = Read(data, size, size, 64);
  const Seen pieces = Read(data, size, piece, 1 + piece % 3);
  Require(whole.frames == pieces.frames && whole.broken == pieces.broken);
  size_t at = 0;
  for (const std::vector<uint8_t>& frame : whole.frames) {
    Require(data[at] == (frame.size() & 0xff) && data[at + 1] == frame.size() >> 8U);
    Require(std::equal(frame.begin(), frame.end(), data + at + 2));
    at += 2 + frame.size();
  }
}

void CheckMessages(const uint8_t* data, size_t size) {
  const auto opening = Fixed<kOpeningSize>(data, size);
  const auto request = ParseRequest(opening);
  Require(!IsGreeting(opening) || !request);
  const auto wish = WishOf(Fixed<kCommandSize>(data, size));
  if (wish) Require(data[0] == (wish->address ? 8 : 1));
  const std::string_view words(reinterpret_cast<const char*>(data), size);
  Require(DisconnectResponse(words)[1] == std::min<size_t>(size, UINT8_MAX));
  Require(FormatReply({}, words)[20] == std::min<size_t>(size, kReplySize - 21));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const size_t piece = data[0] + size_t{1};
  CheckMessages(data + 1, size - 1);
  CheckFrames(data + 1, size - 1, piece);
  return 0;
}
