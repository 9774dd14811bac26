#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hvkit::vmnet {

/// A client as the DHCP server knows it: `1,8e:1:99:9c:54:b1` is Ethernet and a MAC, `ff,...` an identifier of the
/// client's own (a DUID), which is no MAC. Octets are written without leading zeros, so only bytes can be compared.
struct Hardware {
  uint8_t type = 0;
  std::vector<uint8_t> bytes;

  bool operator==(const Hardware& other) const { return type == other.type && bytes == other.bytes; }

  /// Reads the text into this one, whose memory is used again. False: it is not of that form.
  bool Parse(std::string_view text);
};

/// Strict: four decimal numbers.
std::optional<uint32_t> ParseIpv4(std::string_view text);

/// One entry of the table of leases.
struct Lease {
  std::string name;
  std::string address;
  uint32_t address_number = 0;
  std::string hardware_text;
  Hardware hardware;
  std::string identifier;
  /// Seconds since 1970 when it ends; 0 if the entry does not say.
  uint64_t expires = 0;
};

}  // namespace hvkit::vmnet
