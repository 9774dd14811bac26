#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "9p/protocol.h"

namespace hvkit::nine {

/// Takes a message apart. What is not there reads as nothing, and makes the message no whole one.
class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}

  uint8_t U8() { return static_cast<uint8_t>(Number(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Number(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Number(4)); }
  uint64_t U64() { return Number(8); }
  std::string_view Text() { return Bytes(U16()); }
  std::string_view Bytes(size_t size);

  /// Whether that was all of it, and no more.
  bool Whole() const { return good_ && at_ == end_; }

 private:
  uint64_t Number(size_t size);

  const uint8_t* at_;
  const uint8_t* const end_;
  bool good_ = true;
};

/// Puts a reply together.
class Writer {
 public:
  Writer() { bytes_.reserve(kLargestMessage); }

  /// Forgets what was written. The header comes at the end.
  void Begin() { bytes_.assign(kHeader, 0); }
  void End(uint8_t type, uint16_t tag);

  void U8(uint8_t value) { Number(value, 1); }
  void U16(uint16_t value) { Number(value, 2); }
  void U32(uint32_t value) { Number(value, 4); }
  void U64(uint64_t value) { Number(value, 8); }
  void Text(std::string_view text);
  void Put(const Qid& qid);

  /// Room at the end, which stays until there is less.
  uint8_t* Grow(size_t size);
  void Shrink(size_t size) { bytes_.resize(bytes_.size() - size); }
  /// A number that was not known when its place came.
  void SetU16(size_t offset, uint16_t value) { Set(offset, value, 2); }
  void SetU32(size_t offset, uint32_t value) { Set(offset, value, 4); }

  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  void Number(uint64_t value, size_t size);
  void Set(size_t offset, uint64_t value, size_t size);

  std::vector<uint8_t> bytes_;
};

}  // namespace hvkit::nine
