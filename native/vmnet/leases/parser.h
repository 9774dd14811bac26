#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "vmnet/leases/lease.h"

namespace hvkit::vmnet {

/// Where an entry stands in the file: from the first byte of its `{` line to behind the line end of its `}`.
struct Extent {
  uint64_t begin = 0;
  uint64_t end = 0;
};

/// Reads the table of leases as it comes, in pieces of any size. Its memory does not grow with the file.
///
/// It takes what bootpd would not: line ends of other systems, entries that are cut off, text between them. An entry
/// that says no address or no client is left out and counted; what stands around it is read.
class LeaseParser {
 public:
  /// The lease is the parser's own, and good until the call returns.
  using Sink = std::function<void(const Lease&, const Extent&)>;

  explicit LeaseParser(Sink sink) : sink_(std::move(sink)) {}

  void Feed(std::string_view piece);
  /// The file is at its end.
  void Finish();

  /// Entries that were left out.
  size_t broken() const { return broken_; }

 private:
  void Line(std::string_view line, uint64_t begin, uint64_t end);
  void Begin(uint64_t at);
  void End(uint64_t at);
  void Field(std::string_view name, std::string_view value);

  const Sink sink_;
  std::string partial_;      // the start of a line, whose end has not come
  bool overlong_ = false;    // it is longer than any line can be, and partial_ is not all of it
  uint64_t line_begin_ = 0;  // where the current line begins in the file
  uint64_t position_ = 0;    // how much was fed
  bool inside_ = false;      // between `{` and `}`
  bool sound_ = true;        // of the current entry
  uint64_t entry_begin_ = 0;
  Lease lease_;
  bool has_name_ = false;
  bool has_address_ = false;
  bool has_hardware_ = false;
  bool has_identifier_ = false;
  bool has_expires_ = false;
  size_t broken_ = 0;
};

}  // namespace hvkit::vmnet
