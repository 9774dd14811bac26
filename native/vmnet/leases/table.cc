#include "vmnet/leases/table.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace hvkit::vmnet {

namespace {

/// A hundred thousand entries and more; bootpd keeps far fewer.
constexpr off_t kLargest = off_t{64} << 20U;
constexpr size_t kPiece = size_t{64} << 10U;

}  // namespace

Failure SystemFailure(const std::string& what, int error) {
  return {"ERR_LEASE_FILE", what + ": " + std::generic_category().message(error), {{"errno", error}}};
}

Descriptor::~Descriptor() {
  if (fd_ != -1) close(fd_);
}

Table Table::Open(const std::string& path) {
  Table table{Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)), {}};
  if (!table.file) {
    if (errno == ENOENT) return table;
    throw SystemFailure("The table of leases " + path + " could not be opened", errno);
  }
  if (fstat(table.file.get(), &table.status) != 0) {
    throw SystemFailure("The table of leases " + path + " could not be looked at", errno);
  }
  if (!S_ISREG(table.status.st_mode)) {
    throw Failure("ERR_LEASE_FILE", path + " should be the table of leases, and is no regular file");
  }
  if (table.status.st_size > kLargest) {
    throw Failure("ERR_LEASE_FILE", "The table of leases " + path + " is larger than any can be");
  }
  return table;
}

void Table::Read(off_t begin, off_t end, const std::function<void(std::string_view)>& piece) const {
  std::vector<char> buffer(kPiece);
  while (begin < end) {
    const auto wanted = std::min<size_t>(buffer.size(), static_cast<size_t>(end - begin));
    const ssize_t got = pread(file.get(), buffer.data(), wanted, begin);
    if (got == -1 && errno == EINTR) continue;
    if (got == -1) throw SystemFailure("The table of leases could not be read", errno);
    if (got == 0) return;
    piece({buffer.data(), static_cast<size_t>(got)});
    begin += got;
  }
}

}  // namespace hvkit::vmnet
