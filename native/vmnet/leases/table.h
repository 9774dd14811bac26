#pragma once

#include <sys/stat.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "common/failure.h"

namespace hvkit::vmnet {

/// The failure of a call of the system's, with its errno.
Failure SystemFailure(const std::string& what, int error);

/// A descriptor that is closed with its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ != -1; }

 private:
  int fd_;
};

/// The table of leases as a file, opened without following a link.
struct Table {
  Descriptor file;
  struct stat status;

  /// Without a file where there is none. Throws Failure, also for what is no regular file and for one that is larger
  /// than any table can be.
  static Table Open(const std::string& path);

  /// Hands over the bytes from `begin` to `end`, in pieces. Throws Failure; a file that is shorter ends early.
  void Read(off_t begin, off_t end, const std::function<void(std::string_view)>& piece) const;
};

}  // namespace hvkit::vmnet
