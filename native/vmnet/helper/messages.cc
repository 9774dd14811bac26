#include "vmnet/helper/messages.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <system_error>

namespace hvkit::vmnet::helper {

namespace {

constexpr std::string_view kEthernetMagic = "VMN3T";
constexpr uint32_t kEthernetVersion = 22;
constexpr std::string_view kControlMagic = "HVKIT";
constexpr uint32_t kControlVersion = 1;
constexpr size_t kUuidText = 36;
constexpr int kHexadecimal = 16;

/// Writes one field after the other into a message whose size is fixed.
class Writer {
 public:
  Writer(uint8_t* begin, size_t size) : at_(begin), end_(begin + size) {}

  Writer& Byte(uint8_t value) { return Bytes(&value, 1); }
  Writer& Number(uint32_t value, size_t bytes) {
    for (; bytes > 0; --bytes, value >>= 8U) Byte(static_cast<uint8_t>(value));
    return *this;
  }
  Writer& Bytes(const uint8_t* data, size_t size) {
    size = std::min(size, static_cast<size_t>(end_ - at_));
    std::copy_n(data, size, at_);
    at_ += size;
    return *this;
  }
  Writer& Text(std::string_view text) {
    for (const char character : text) Byte(static_cast<uint8_t>(character));
    return *this;
  }
  /// Behind a byte that tells its length. What does not fit is left out.
  Writer& Words(std::string_view text) {
    const auto room = static_cast<size_t>(end_ - at_) - 1;
    text = text.substr(0, std::min<size_t>(room, std::numeric_limits<uint8_t>::max()));
    return Byte(static_cast<uint8_t>(text.size())).Text(text);
  }

 private:
  uint8_t* at_;
  uint8_t* const end_;
};

template <size_t N>
Writer Write(std::array<uint8_t, N>& message) {
  return {message.data(), N};
}

std::string_view TextAt(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

bool Begins(const Opening& opening, std::string_view magic, uint32_t version) {
  Opening wanted = {};
  Write(wanted).Text(magic).Number(version, sizeof(version));
  return std::equal(opening.begin(), opening.begin() + static_cast<ptrdiff_t>(magic.size() + sizeof(version)),
                    wanted.begin());
}

}  // namespace

bool IsGreeting(const Opening& opening) { return Begins(opening, kEthernetMagic, kEthernetVersion); }

Opening Greeting() {
  Opening greeting = {};
  greeting.fill('0');
  Write(greeting).Text(kEthernetMagic).Number(kEthernetVersion, sizeof(kEthernetVersion));
  return greeting;
}

std::optional<Wish> WishOf(const Command& command) {
  constexpr uint8_t kEthernet = 1;
  constexpr uint8_t kPreferredIpv4 = 8;
  if (command[0] != kEthernet && command[0] != kPreferredIpv4) return std::nullopt;
  const std::optional<Uuid> uuid = ParseUuid(TextAt(command.data() + 1, kUuidText));
  if (!uuid) return std::nullopt;
  if (command[0] == kEthernet) return Wish{*uuid, std::nullopt};
  // A number, least byte first.
  Ipv4 address = {};
  std::reverse_copy(command.begin() + 1 + kUuidText, command.end(), address.begin());
  return Wish{*uuid, address};
}

Response InterfaceResponse(const Facts& facts) {
  constexpr uint8_t kInterface = 1;
  Response response = {};
  Write(response)
      .Byte(kInterface)
      .Number(facts.mtu, sizeof(uint16_t))
      .Number(std::min<uint32_t>(facts.max_frame, std::numeric_limits<uint16_t>::max()), sizeof(uint16_t))
      .Bytes(facts.mac.data(), facts.mac.size());
  return response;
}

Response DisconnectResponse(std::string_view words) {
  constexpr uint8_t kDisconnect = 2;
  Response response = {};
  Write(response).Byte(kDisconnect).Words(words);
  return response;
}

std::optional<Request> ParseRequest(const Opening& opening) {
  if (!Begins(opening, kControlMagic, kControlVersion)) return std::nullopt;
  const uint8_t* at = opening.data() + kControlMagic.size() + sizeof(kControlVersion);
  const uint8_t* const end = opening.data() + opening.size();
  Request request = {static_cast<Request::Kind>(*at++), {}, {}};
  switch (request.kind) {
    case Request::Kind::kVersion: break;
    case Request::Kind::kMac: {
      const std::optional<Uuid> uuid = ParseUuid(TextAt(at, kUuidText));
      if (!uuid) return std::nullopt;
      request.uuid = *uuid;
      at += kUuidText;
      break;
    }
    case Request::Kind::kRelease:
      std::copy_n(at, request.mac.size(), request.mac.begin());
      at += request.mac.size();
      break;
    default: return std::nullopt;
  }
  if (!std::all_of(at, end, [](uint8_t byte) { return byte == 0; })) return std::nullopt;
  return request;
}

Reply FormatReply(const Answer& answer, std::string_view words) {
  Reply reply = {};
  Write(reply)
      .Text(kControlMagic)
      .Number(kControlVersion, sizeof(kControlVersion))
      .Byte(static_cast<uint8_t>(answer.status))
      .Bytes(answer.mac.data(), answer.mac.size())
      .Number(answer.removed, sizeof(answer.removed))
      .Words(words);
  return reply;
}

std::optional<Uuid> ParseUuid(std::string_view text) {
  if (text.size() != kUuidText) return std::nullopt;
  Uuid uuid = {};
  size_t at = 0;
  for (uint8_t& byte : uuid) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (text[at++] != '-') return std::nullopt;
    }
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + 2, byte, kHexadecimal);
    if (error != std::errc() || end != begin + 2) return std::nullopt;
    at += 2;
  }
  return uuid;
}

}  // namespace hvkit::vmnet::helper
