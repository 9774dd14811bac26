#pragma once

#include "hyperkit/process.h"

namespace hvkit::hyperkit {

/// A process held by a descriptor, which stays this one's when its pid is given to another. It becomes readable when
/// the process ends. Needs Linux 5.3.
class PidFd {
 public:
  /// Not open if the process has ended and is reaped. Throws Failure.
  explicit PidFd(const Identity& identity);
  ~PidFd();
  PidFd(PidFd&& other) noexcept : fd_(other.fd_) { other.fd_ = kNone; }
  PidFd(const PidFd&) = delete;
  PidFd& operator=(const PidFd&) = delete;

  bool open() const { return fd_ != kNone; }
  int get() const { return fd_; }

 private:
  static constexpr int kNone = -1;
  int fd_;
};

}  // namespace hvkit::hyperkit
