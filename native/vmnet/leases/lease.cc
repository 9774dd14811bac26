#include "vmnet/leases/lease.h"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace hvkit::vmnet {

namespace {

/// Longer than any identifier of DHCP can be.
constexpr size_t kMostOctets = 255;
constexpr int kHexadecimal = 16;

/// One or two hexadecimal digits at the start of the text, which is shortened by them.
std::optional<uint8_t> TakeOctet(std::string_view& text) {
  uint8_t octet = 0;
  const char* begin = text.data();
  const auto [end, error] = std::from_chars(begin, begin + std::min<size_t>(text.size(), 2), octet, kHexadecimal);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - begin));
  return octet;
}

bool TakeCharacter(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

bool Hardware::Parse(std::string_view text) {
  bytes.clear();
  const std::optional<uint8_t> kind = TakeOctet(text);
  if (!kind || !TakeCharacter(text, ',')) return false;
  type = *kind;
  do {
    const std::optional<uint8_t> octet = TakeOctet(text);
    if (!octet || bytes.size() == kMostOctets) return false;
    bytes.push_back(*octet);
  } while (TakeCharacter(text, ':'));
  return text.empty();
}

std::optional<uint32_t> ParseIpv4(std::string_view text) {
  uint32_t number = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !TakeCharacter(text, '.')) return std::nullopt;
    uint8_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return std::nullopt;
    const auto digits = static_cast<size_t>(end - text.data());
    // Some programs take 010 for eight.
    if (digits > 1 && text.front() == '0') return std::nullopt;
    text.remove_prefix(digits);
    number = number << 8U | value;
  }
  if (!text.empty()) return std::nullopt;
  return number;
}

}  // namespace hvkit::vmnet
