#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "vmnet/leases/parser.h"
#include "vmnet/leases/server.h"

namespace hvkit::vmnet {

/// What a pass over the table came to.
struct Pass {
  /// There is no such file: nobody was ever given a lease.
  bool missing = false;
  /// Entries that could not be understood, and were left out.
  size_t broken = 0;
};

/// Goes through the table, whose size is bounded, in the order of the file. Throws Failure.
Pass ReadLeases(const std::string& path, const LeaseParser::Sink& sink);

/// Which entries are meant: all of a client, or the one that gives it this address.
struct LeaseKey {
  Hardware hardware;
  std::optional<uint32_t> address;

  bool Matches(const Lease& lease) const {
    return hardware == lease.hardware && (!address || *address == lease.address_number);
  }
};

/// What came of a removal.
enum class Removal {
  kDone,
  /// Another process holds the lock of the table.
  kLocked,
  /// The table was written while it was copied. Nothing was changed.
  kChanged,
};

/// Takes entries out of the table: under a lock, in one step, with all other bytes, owner and mode as they were.
/// `removed` is told how many. An entry that is not there is no failure. An entry that was cut off may
/// then be completed by what followed the one taken out. Throws Failure; then too the table is as it was.
/// The server, a program, is told to read it again.
Removal RemoveLeases(const std::string& path, const std::vector<LeaseKey>& keys, size_t& removed,
                     const std::string& server = kServer);

}  // namespace hvkit::vmnet
