// The parser of the table of leases, on whatever bytes there are: scripts/fuzz.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "vmnet/leases/parser.h"

using hvkit::vmnet::Extent;
using hvkit::vmnet::Lease;
using hvkit::vmnet::LeaseParser;

namespace {

struct Seen {
  std::vector<std::string> leases;
  std::vector<Extent> extents;
  size_t broken = 0;
};

Seen Parse(std::string_view text, size_t piece) {
  Seen seen;
  LeaseParser parser([&](const Lease& lease, const Extent& extent) {
    seen.leases.push_back(lease.name + '\n' + lease.address + '\n' + lease.hardware_text + '\n' + lease.identifier +
                          '\n' + std::to_string(lease.expires));
    seen.extents.push_back(extent);
  });
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) parser.Feed(text.substr(0, piece));
  parser.Finish();
  seen.broken = parser.broken();
  return seen;
}

void Require(bool holds) {
  if (!holds) std::abort();
}

/// What removal relies on: entries stand apart, in order, inside of the file, from `{` to `}`.
void CheckExtents(std::string_view text, const std::vector<Extent>& extents) {
  uint64_t last = 0;
  for (const Extent& extent : extents) {
    Require(last <= extent.begin && extent.begin < extent.end && extent.end <= text.size());
    Require(extent.begin == 0 || text[extent.begin - 1] == '\n');
    const std::string_view entry = text.substr(extent.begin, extent.end - extent.begin);
    Require(entry.find('{') < entry.rfind('}'));
    Require(entry.back() == '\n' || extent.end == text.size());
    last = extent.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece = data[0] + size_t{1};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  const Seen whole = Parse(text, text.size() + 1);
  CheckExtents(text, whole.extents);
  const Seen pieces = Parse(text, piece);
  Require(pieces.leases == whole.leases && pieces.broken == whole.broken);

  // Each entry by itself says the same. Without them what was broken is left, and nothing else: what follows may
  // complete an entry that was cut off.
  std::string others;
  uint64_t at = 0;
  for (size_t i = 0; i < whole.extents.size(); ++i) {
    const auto [begin, end] = whole.extents[i];
    const Seen alone = Parse(text.substr(begin, end - begin), piece);
    Require(alone.leases.size() == 1 && alone.leases[0] == whole.leases[i] && alone.broken == 0);
    others += text.substr(at, begin - at);
    at = end;
  }
  others += text.substr(at);
  const Seen none = Parse(others, piece);
  Require(none.leases.size() + none.broken == whole.broken);
  return 0;
}
