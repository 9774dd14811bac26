#pragma once

#include <memory>
#include <string>

namespace hvkit {

/// An exclusive flock(2): what keeps two processes from changing the same thing. The kernel drops it when its holder
/// dies, however that happens. The file stays, because a lock on a file that another process replaces locks nothing.
class FileLock {
 public:
  /// Makes the file where it is not there, locks it, and writes `note` into it, a line that tells others who holds it.
  /// nullptr: somebody else holds it, perhaps in this process. Throws Failure.
  static std::unique_ptr<FileLock> Take(const std::string& path, const std::string& note);

  /// Releases it.
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int fd) : fd_(fd) {}

  const int fd_;
};

}  // namespace hvkit
