#include "vmnet/helper/frames.h"

#include <algorithm>
#include <cstring>

namespace hvkit::vmnet::helper {

namespace {

constexpr size_t kLength = 2;
/// Two addresses and a type.
constexpr size_t kShortest = 14;

}  // namespace

FrameReader::FrameReader(uint32_t max_frame, size_t room) : longest_(max_frame), buffer_(room + kLength + longest_) {}

Frame FrameReader::Room() {
  // What is left is less than one frame: its start.
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  return {buffer_.data() + end_, buffer_.size() - end_};
}

size_t FrameReader::Take(Frame* frames, size_t count) {
  size_t taken = 0;
  while (!broken_ && taken < count && end_ - begin_ >= kLength) {
    uint8_t* const at = buffer_.data() + begin_;
    const size_t length = at[0] | static_cast<size_t>(at[1]) << 8U;
    broken_ = length < kShortest || length > longest_;
    if (broken_ || end_ - begin_ - kLength < length) break;
    frames[taken++] = {at + kLength, length};
    begin_ += kLength + length;
  }
  return taken;
}

}  // namespace hvkit::vmnet::helper
