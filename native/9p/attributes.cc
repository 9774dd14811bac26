// What is known of a file beside what is in it.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <limits>

#include "9p/modes.h"
#include "9p/session.h"
#include "9p/system.h"

namespace hvkit::nine {

namespace {

/// That it is a file system of this protocol, as Linux has it in statfs(2).
constexpr uint32_t kMagic = 0x01021997;
constexpr uint64_t kNanoseconds = 1'000'000'000;
constexpr int kCarefully = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

struct Wanted {
  uint32_t what;
  uint32_t mode;
  uint64_t size;
  std::array<uint64_t, 2> accessed;
  std::array<uint64_t, 2> modified;
};

int Resize(const Fid& fid, uint64_t size) {
  if (fid.is_folder) return EISDIR;
  if (size > static_cast<uint64_t>(std::numeric_limits<off_t>::max())) return EFBIG;
  const auto length = static_cast<off_t>(size);
  // What is open may have been opened for reading only, or have another name by now.
  if (fid.file && ftruncate(fid.file.get(), length) == 0) return 0;
  struct stat status = {};
  if (const int error = fid.Status(status)) return error;
  if (!S_ISREG(status.st_mode)) return EINVAL;
  const Descriptor file(openat(fid.parent->fd.get(), fid.name.c_str(), O_WRONLY | kCarefully));
  return file && ftruncate(file.get(), length) == 0 ? 0 : errno;
}

int ChangeMode(const Fid& fid, uint32_t wanted) {
  const mode_t mode = fid.is_folder ? FolderMode(wanted) : FileMode(wanted);
  if (fid.file || fid.self) return fchmod(fid.file ? fid.file.get() : fid.self->fd.get(), mode) == 0 ? 0 : errno;
  const int folder = fid.parent->fd.get();
  if (fchmodat(folder, fid.name.c_str(), mode, AT_SYMLINK_NOFOLLOW) == 0) return 0;
  if (errno != ENOTSUP && errno != EOPNOTSUPP) return errno;
  // Older systems cannot do it by name without following a link.
  for (const int access : {O_RDONLY, O_WRONLY}) {
    const Descriptor file(openat(folder, fid.name.c_str(), access | kCarefully));
    if (file) return fchmod(file.get(), mode) == 0 ? 0 : errno;
    if (errno != EACCES) break;
  }
  return errno;
}

/// 0 where it is no time.
bool TimeOf(const Wanted& wanted, uint32_t which, uint32_t to, const std::array<uint64_t, 2>& given, timespec& time) {
  time = {0, UTIME_OMIT};
  if ((wanted.what & which) == 0) return true;
  time = {0, UTIME_NOW};
  if ((wanted.what & to) == 0) return true;
  if (given[1] >= kNanoseconds) return false;
  time.tv_sec = static_cast<time_t>(given[0]);
  time.tv_nsec = static_cast<decltype(time.tv_nsec)>(given[1]);
  return true;
}

int ChangeTimes(const Fid& fid, const Wanted& wanted) {
  std::array<timespec, 2> times = {};
  if (!TimeOf(wanted, kSetAccessed, kSetAccessedTo, wanted.accessed, times[0]) ||
      !TimeOf(wanted, kSetModified, kSetModifiedTo, wanted.modified, times[1])) {
    return EINVAL;
  }
  const int result = fid.file   ? futimens(fid.file.get(), times.data())
                     : fid.self ? futimens(fid.self->fd.get(), times.data())
                                : utimensat(fid.parent->fd.get(), fid.name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
  return result == 0 ? 0 : errno;
}

}  // namespace

Session::Result Session::Getattr(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  in.U64();  // what is asked for: here it is all the same
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  struct stat status = {};
  if (const int error = fid->Status(status)) return error;
  const bool is_own = options_.owner && status.st_uid == geteuid();
  const Times times = TimesOf(status);
  out.U64(kBasicAttributes);
  out.Put(QidOf(status));
  out.U32(status.st_mode);
  out.U32(is_own ? options_.owner->uid : status.st_uid);
  out.U32(is_own ? options_.owner->gid : status.st_gid);
  out.U64(status.st_nlink);
  out.U64(0);  // of a device, which one: it is none of the guest's
  out.U64(static_cast<uint64_t>(status.st_size));
  out.U64(static_cast<uint64_t>(status.st_blksize));
  out.U64(static_cast<uint64_t>(status.st_blocks));
  for (const timespec& time : {times.accessed, times.modified, times.changed}) {
    out.U64(static_cast<uint64_t>(time.tv_sec));
    out.U64(static_cast<uint64_t>(time.tv_nsec));
  }
  // When it was made, and two numbers of versions: unknown.
  for (int i = 0; i < 4; ++i) out.U64(0);
  return 0;
}

Session::Result Session::Setattr(Reader& in) {
  const uint32_t number = in.U32();
  Wanted wanted = {};
  wanted.what = in.U32();
  wanted.mode = in.U32();
  in.U32();
  in.U32();
  wanted.size = in.U64();
  wanted.accessed = {in.U64(), in.U64()};
  wanted.modified = {in.U64(), in.U64()};
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  struct stat status = {};
  if (const int error = fid->Status(status)) return error;
  // The size before a mode that may forbid it, the times last, which the others change.
  if ((wanted.what & kSetSize) != 0) {
    if (const int error = Resize(*fid, wanted.size)) return error;
  }
  if ((wanted.what & kSetMode) != 0) {
    if (const int error = ChangeMode(*fid, wanted.mode)) return error;
  }
  return (wanted.what & (kSetAccessed | kSetModified)) != 0 ? ChangeTimes(*fid, wanted) : 0;
}

Session::Result Session::Statfs(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  struct statvfs status = {};
  const FolderPtr& folder = fid->self ? fid->self : fid->parent;
  if (fstatvfs(folder->fd.get(), &status) != 0) return errno;
  out.U32(kMagic);
  out.U32(static_cast<uint32_t>(status.f_frsize));
  for (const uint64_t number_of : {status.f_blocks, status.f_bfree, status.f_bavail, status.f_files, status.f_ffree}) {
    out.U64(number_of);
  }
  out.U64(0);
  out.U32(kLongestName);
  return 0;
}

}  // namespace hvkit::nine
