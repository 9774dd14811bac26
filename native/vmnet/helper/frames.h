#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmnet/network_interface.h"

namespace hvkit::vmnet::helper {

/// Finds the frames in a stream where each stands behind its length, two bytes with the low one first.
class FrameReader {
 public:
  /// With room for so many bytes, and for what one frame may be longer.
  FrameReader(uint32_t max_frame, size_t room);

  /// Where the next bytes of the stream go. What Take() gave is lost by this.
  Frame Room();
  /// So many have come.
  void Filled(size_t size) { end_ += size; }

  /// The next whole frames, up to `count`; 0 if there is none yet. They lie in the reader's own memory.
  size_t Take(Frame* frames, size_t count);

  /// A length that no frame has was read: nothing that follows can be trusted, and no more frames are given.
  bool broken() const { return broken_; }

 private:
  const size_t longest_;
  std::vector<uint8_t> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool broken_ = false;
};

}  // namespace hvkit::vmnet::helper
