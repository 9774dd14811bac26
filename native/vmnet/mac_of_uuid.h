#pragma once

#include <array>
#include <cstdint>

namespace hvkit::vmnet {

/// FNV-1a: any machine of this UUID gets this MAC, at any time. Of the kind that no vendor gives away.
inline std::array<uint8_t, 6> MacOfUuid(const std::array<uint8_t, 16>& uuid) {
  constexpr uint64_t kBasis = 0xcbf29ce484222325;
  constexpr uint64_t kPrime = 0x100000001b3;
  uint64_t hash = kBasis;
  for (const uint8_t byte : uuid) hash = (hash ^ byte) * kPrime;
  std::array<uint8_t, 6> mac = {};
  for (uint8_t& byte : mac) {
    byte = static_cast<uint8_t>(hash);
    hash >>= 8U;
  }
  constexpr uint8_t kNotForOne = 1;
  constexpr uint8_t kLocal = 2;
  mac[0] = static_cast<uint8_t>((mac[0] & ~kNotForOne) | kLocal);
  return mac;
}

}  // namespace hvkit::vmnet
