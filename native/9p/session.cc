#include "9p/session.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "9p/system.h"

namespace hvkit::nine {

namespace {

constexpr std::string_view kDialect = "9P2000.L";
constexpr uint32_t kNoFid = UINT32_MAX;
/// Where in the number of a file its file system stands. Numbers of files are that long on few.
constexpr unsigned kDeviceShift = 48;

bool Changes(uint8_t type) {
  switch (type) {
    case kCreate:
    case kSymlink:
    case kMknod:
    case kRename:
    case kSetattr:
    case kXattrcreate:
    case kLink:
    case kMkdir:
    case kRenameat:
    case kUnlinkat:
    case kWrite: return true;
    default: return false;
  }
}

FolderPtr RootOf(Descriptor fd) {
  struct stat status = {};
  static_cast<void>(fstat(fd.get(), &status));
  return std::make_shared<const Folder>(Folder{std::move(fd), status.st_dev, status.st_ino});
}

}  // namespace

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

Session::Session(Descriptor folder, const SessionOptions& options)
    : options_(options), root_(RootOf(std::move(folder))) {}

bool Session::Answer(const uint8_t* message, size_t size, Writer& reply) {
  Reader in(message, size);
  in.U32();
  const uint8_t type = in.U8();
  const uint16_t tag = in.U16();
  if (size < kHeader || size > largest_ || (!begun_ && type != kVersion)) return false;
  reply.Begin();
  const Result result = options_.read_only && Changes(type) ? EROFS : Handle(type, in, reply);
  if (result == kNone) return false;
  if (result == 0) {
    reply.End(type + 1, tag);
    return true;
  }
  reply.Begin();
  reply.U32(LinuxError(result));
  reply.End(kError, tag);
  return true;
}

Session::Result Session::Handle(uint8_t type, Reader& in, Writer& out) {
  switch (type) {
    case kStatfs: return Statfs(in, out);
    case kOpen: return Open(in, out);
    case kCreate: return Create(in, out);
    case kSymlink: return Symlink(in, out);
    case kMknod: return Mknod(in, out);
    case kRename: return Rename(in);
    case kReadlink: return Readlink(in, out);
    case kGetattr: return Getattr(in, out);
    case kSetattr: return Setattr(in);
    case kReaddir: return Readdir(in, out);
    case kFsync: return Fsync(in);
    case kLock: return Lock(in, out);
    case kGetlock: return Getlock(in, out);
    case kLink: return Link(in);
    case kMkdir: return Mkdir(in, out);
    case kRenameat: return Renameat(in);
    case kUnlinkat: return Unlinkat(in);
    case kVersion: return Version(in, out);
    case kAttach: return Attach(in, out);
    case kFlush: return Flush(in);
    case kWalk: return Walk(in, out);
    case kRead: return Read(in, out);
    case kWrite: return Write(in, out);
    case kClunk: return Clunk(in);
    case kRemove: return Remove(in);
    // Whoever is the user may, and extended attributes are the host's own.
    case kAuth:
    case kXattrwalk:
    case kXattrcreate:
    default: return EOPNOTSUPP;
  }
}

/// The begin, also of a guest that mounts it again: what was before is forgotten.
Session::Result Session::Version(Reader& in, Writer& out) {
  const uint32_t largest = in.U32();
  const std::string_view dialect = in.Text();
  if (!in.Whole()) return kNone;
  fids_.Clear();
  begun_ = dialect == kDialect && largest >= kSmallestMessage;
  largest_ = begun_ ? std::min(largest, kLargestMessage) : kLargestMessage;
  out.U32(std::min(largest, kLargestMessage));
  out.Text(begun_ ? kDialect : "unknown");
  return 0;
}

Session::Result Session::Attach(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const uint32_t authentication = in.U32();
  in.Text();  // who it is in the guest
  in.Text();  // of several folders, which: there is one
  in.U32();
  if (!in.Whole()) return kNone;
  if (authentication != kNoFid) return EOPNOTSUPP;
  if (number == kNoFid || fids_.Find(number) != nullptr) return EBADF;
  if (fids_.IsFull()) return ENFILE;
  Fid fid;
  fid.self = root_;
  struct stat status = {};
  if (const int error = fid.Status(status)) return error;
  fids_.Set(number, std::move(fid));
  out.Put(QidOf(status));
  return 0;
}

Session::Result Session::Walk(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const uint32_t new_number = in.U32();
  const uint16_t count = in.U16();
  if (count > kMostNames) return kNone;
  std::vector<std::string_view> names(count);
  for (std::string_view& name : names) name = in.Text();
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  if (fid == nullptr || new_number == kNoFid) return EBADF;
  if (new_number == number ? fid->is_open : fids_.Find(new_number) != nullptr) return EBADF;
  if (new_number != number && fids_.IsFull()) return ENFILE;
  return WalkFrom(*fid, new_number, names, out);
}

/// As far as it goes: only if the first name is not there it is an error, and only if all are there the new number is
/// one.
Session::Result Session::WalkFrom(const Fid& from, uint32_t number, const std::vector<std::string_view>& names,
                                  Writer& out) {
  Fid at = from.Place();
  Result error = 0;
  uint16_t found = 0;
  out.U16(0);
  for (const std::string_view name : names) {
    if (name.size() > kLongestName) error = ENAMETOOLONG;
    if (error == 0 && !IsName(name)) error = name == ".." ? EACCES : ENOENT;
    if (error == 0) error = at.RequireFolder();
    if (error != 0) break;
    Fid next;
    next.parent = at.self;
    next.name = name;
    struct stat status = {};
    error = next.Status(status);
    if (error != 0) break;
    next.is_folder = S_ISDIR(status.st_mode);
    if (next.is_folder) {
      error = OpenFolder(next.parent->fd.get(), next.name.c_str(), next.self);
      // One that may not be read can be looked at, or be given other rights.
      if (error == EACCES) error = 0;
      if (error != 0) break;
    }
    out.Put(QidOf(status));
    ++found;
    at = std::move(next);
  }
  if (error != 0 && found == 0) return error;
  if (found == names.size()) fids_.Set(number, std::move(at));
  // The count stands first.
  out.SetU16(kHeader, found);
  return 0;
}

Session::Result Session::Clunk(Reader& in) {
  const uint32_t number = in.U32();
  if (!in.Whole()) return kNone;
  return fids_.Remove(number) ? 0 : EBADF;
}

/// Messages are answered one after the other: what is to be given up was answered.
Session::Result Session::Flush(Reader& in) {
  in.U16();
  return in.Whole() ? 0 : kNone;
}

Qid Session::QidOf(const struct stat& status) {
  const uint8_t type = S_ISDIR(status.st_mode) ? kFolderQid : S_ISLNK(status.st_mode) ? kLinkQid : kFile;
  const timespec modified = TimesOf(status).modified;
  const auto version = static_cast<uint32_t>(modified.tv_sec) ^ static_cast<uint32_t>(modified.tv_nsec) ^
                       (static_cast<uint32_t>(status.st_size) << 8U);
  return {type, version, PathOf(status.st_dev, status.st_ino)};
}

uint64_t Session::PathOf(dev_t dev, ino_t ino) {
  auto found = std::find(devices_.begin(), devices_.end(), dev);
  if (found == devices_.end()) found = devices_.insert(devices_.end(), dev);
  return uint64_t{ino} ^ (static_cast<uint64_t>(found - devices_.begin()) << kDeviceShift);
}

}  // namespace hvkit::nine
