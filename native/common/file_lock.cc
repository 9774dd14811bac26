#include "common/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/failure.h"

namespace hvkit {

namespace {

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;

Failure Failed(const char* code, const std::string& what, int error) {
  return {code, what + ": " + std::generic_category().message(error), {{"errno", error}}};
}

int Open(const std::string& path) {
  // No link is followed: whoever can put one there would have another file of ours written to.
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, kPrivate);
  if (fd == -1) throw Failed("ERR_LOCK_FILE", "The lock file " + path + " could not be opened", errno);
  return fd;
}

bool LockNow(int fd) {
  for (;;) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EINTR) return false;
  }
}

/// In this order a reader sees one whole line at any time, this one or the one before it.
bool WriteLine(int fd, const std::string& line) {
  const auto size = static_cast<ssize_t>(line.size());
  errno = ENOSPC;  // what a write that ends early does not tell
  if (pwrite(fd, line.data(), line.size(), 0) != size) return false;
  return ftruncate(fd, static_cast<off_t>(line.size())) == 0;
}

/// Closes what is opened before all is well.
class Opened {
 public:
  explicit Opened(int fd) : fd_(fd) {}
  ~Opened() {
    if (fd_ != -1) close(fd_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace

std::unique_ptr<FileLock> FileLock::Take(const std::string& path, const std::string& note) {
  Opened file(Open(path));
  struct stat status = {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Failure("ERR_LOCK_FILE", path + " should be a lock file, and is no regular file");
  }
  if (!LockNow(file.get())) {
    if (errno == EWOULDBLOCK) return nullptr;
    throw Failed("ERR_LOCK_UNSUPPORTED", "The file system of " + path + " does not lock files", errno);
  }
  std::unique_ptr<FileLock> lock(new FileLock(file.Release()));
  if (!WriteLine(lock->fd_, note + "\n")) {
    // It is held all the same, and on a full disk something is mostly to be taken away. Nobody is told by whom then:
    // what stands there would be the name of another.
    const int error = errno;
    if ((error != ENOSPC && error != EDQUOT) || ftruncate(lock->fd_, 0) != 0) {
      throw Failed("ERR_LOCK_FILE", "The lock file " + path + " could not be written", error);
    }
  }
  return lock;
}

FileLock::~FileLock() {
  // Nobody holds it from now on. If that cannot be written the line stays, and the next holder's takes its place.
  static_cast<void>(ftruncate(fd_, 0) == 0);
  // Not by close() alone: a child that is between fork() and exec() shares the open file, and would hold the lock on.
  flock(fd_, LOCK_UN);
  close(fd_);
}

}  // namespace hvkit
