// What a guest does to a file.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <utility>

#include "9p/modes.h"
#include "9p/session.h"

namespace hvkit::nine {

namespace {

/// Without waiting, should it be a pipe by now, and without a terminal's becoming this process's.
constexpr int kCarefully = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr uint8_t kGranted = 0;
constexpr uint8_t kNotLocked = 2;
/// Before the bytes of a reply to kRead.
constexpr uint32_t kReadHeader = kHeader + 4;

bool Writes(uint32_t flags) { return (flags & kAccess) != kReadOnly || (flags & kTruncate) != 0; }

int HostFlags(uint32_t flags) {
  const uint32_t access = flags & kAccess;
  return kCarefully |
         (access == kWriteOnly   ? O_WRONLY
          : access == kReadWrite ? O_RDWR
                                 : O_RDONLY) |
         ((flags & kTruncate) != 0 ? O_TRUNC : 0) | ((flags & kAppend) != 0 ? O_APPEND : 0);
}

/// What has come between the look at it and its opening is looked at again.
int RequireFile(const Descriptor& file, struct stat& status) {
  if (!file || fstat(file.get(), &status) != 0) return errno;
  return S_ISREG(status.st_mode) ? 0 : EPERM;
}

bool IsOffset(uint64_t offset, uint64_t size) {
  constexpr uint64_t kLast = std::numeric_limits<off_t>::max();
  return offset <= kLast && size <= kLast - offset;
}

}  // namespace

Session::Result Session::Open(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const uint32_t flags = in.U32();
  if (!in.Whole()) return kNone;
  Fid* const fid = fids_.Find(number);
  if (fid == nullptr || fid->is_open) return EBADF;
  if (options_.read_only && Writes(flags)) return EROFS;
  struct stat status = {};
  if (const int error = fid->Status(status)) return error;
  if (fid->is_folder) {
    if (Writes(flags)) return EISDIR;
    if (const int error = fid->RequireFolder()) return error;
  } else {
    if (S_ISLNK(status.st_mode)) return ELOOP;
    if (!S_ISREG(status.st_mode)) return EPERM;
    Descriptor file(openat(fid->parent->fd.get(), fid->name.c_str(), HostFlags(flags)));
    if (const int error = RequireFile(file, status)) return error;
    fid->file = std::move(file);
  }
  fid->is_open = true;
  out.Put(QidOf(status));
  out.U32(0);  // as much at once as a message holds
  return 0;
}

/// Makes a file in the folder that the number stands for, which from then on stands for the file.
Session::Result Session::Create(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const std::string name(in.Text());
  const uint32_t flags = in.U32();
  const uint32_t mode = in.U32();
  in.U32();
  if (!in.Whole()) return kNone;
  Fid* const fid = fids_.Find(number);
  if (fid == nullptr || fid->is_open) return EBADF;
  if (!IsName(name)) return EINVAL;
  if (const int error = fid->RequireFolder()) return error;
  const int folder = fid->self->fd.get();
  struct stat status = {};
  if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode)) return EEXIST;
  const int exclusive = (flags & kExclusive) != 0 ? O_EXCL : 0;
  Descriptor file(openat(folder, name.c_str(), HostFlags(flags) | O_CREAT | exclusive, FileMode(mode)));
  if (const int error = RequireFile(file, status)) return error;
  Fid made;
  made.parent = fid->self;
  made.name = name;
  made.is_folder = false;
  made.is_open = true;
  made.file = std::move(file);
  *fid = std::move(made);
  out.Put(QidOf(status));
  out.U32(0);
  return 0;
}

Session::Result Session::Read(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const uint64_t offset = in.U64();
  const uint32_t wanted = in.U32();
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  if (fid->is_folder) return EISDIR;
  if (!fid->file) return EBADF;
  const uint32_t size = std::min(wanted, largest_ - kReadHeader);
  if (!IsOffset(offset, size)) return EINVAL;
  out.U32(0);
  uint8_t* const room = out.Grow(size);
  const ssize_t got = pread(fid->file.get(), room, size, static_cast<off_t>(offset));
  if (got < 0) return errno;
  out.Shrink(size - static_cast<size_t>(got));
  out.SetU32(kHeader, static_cast<uint32_t>(got));
  return 0;
}

Session::Result Session::Write(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const uint64_t offset = in.U64();
  const std::string_view bytes = in.Bytes(in.U32());
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  if (fid == nullptr || !fid->file) return EBADF;
  if (!IsOffset(offset, bytes.size())) return EFBIG;
  const ssize_t written = pwrite(fid->file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (written < 0) return errno;
  out.U32(static_cast<uint32_t>(written));
  return 0;
}

Session::Result Session::Fsync(Reader& in) {
  const uint32_t number = in.U32();
  in.U32();
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  if (fid == nullptr || !fid->is_open) return EBADF;
  return fsync(fid->is_folder ? fid->self->fd.get() : fid->file.get()) == 0 ? 0 : errno;
}

Session::Result Session::Lock(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  in.U8();
  in.U32();
  in.U64();
  in.U64();
  in.U32();
  in.Text();
  if (!in.Whole()) return kNone;
  if (fids_.Find(number) == nullptr) return EBADF;
  out.U8(kGranted);
  return 0;
}

Session::Result Session::Getlock(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  in.U8();
  const uint64_t start = in.U64();
  const uint64_t length = in.U64();
  const uint32_t process = in.U32();
  const std::string_view client = in.Text();
  if (!in.Whole()) return kNone;
  if (fids_.Find(number) == nullptr) return EBADF;
  out.U8(kNotLocked);
  out.U64(start);
  out.U64(length);
  out.U32(process);
  out.Text(client);
  return 0;
}

}  // namespace hvkit::nine
