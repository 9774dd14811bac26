#include "9p/message.h"

namespace hvkit::nine {

uint64_t Reader::Number(size_t size) {
  const std::string_view bytes = Bytes(size);
  uint64_t number = 0;
  for (size_t i = 0; i < bytes.size(); ++i) number |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return number;
}

std::string_view Reader::Bytes(size_t size) {
  if (static_cast<size_t>(end_ - at_) < size) {
    good_ = false;
    at_ = end_;
    return {};
  }
  const std::string_view bytes(reinterpret_cast<const char*>(at_), size);
  at_ += size;
  return bytes;
}

void Writer::End(uint8_t type, uint16_t tag) {
  SetU32(0, static_cast<uint32_t>(bytes_.size()));
  Set(4, type, 1);
  Set(5, tag, 2);
}

void Writer::Text(std::string_view text) {
  U16(static_cast<uint16_t>(text.size()));
  bytes_.insert(bytes_.end(), text.begin(), text.end());
}

void Writer::Put(const Qid& qid) {
  U8(qid.type);
  U32(qid.version);
  U64(qid.path);
}

uint8_t* Writer::Grow(size_t size) {
  bytes_.resize(bytes_.size() + size);
  return bytes_.data() + (bytes_.size() - size);
}

void Writer::Set(size_t offset, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) bytes_[offset + i] = static_cast<uint8_t>(value >> (8 * i));
}

void Writer::Number(uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) bytes_.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

}  // namespace hvkit::nine
