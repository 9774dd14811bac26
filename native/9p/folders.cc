// What a guest does to the names in a folder.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

#include "9p/modes.h"
#include "9p/session.h"

namespace hvkit::nine {

namespace {

/// Before the names in a reply to kReaddir; and of each, beside its letters.
constexpr size_t kListHeader = kHeader + 4;
constexpr size_t kEntry = kQidSize + 8 + 1 + 2;

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

/// All that it holds now. The result is an errno, or 0.
int List(const Folder& folder, Listing& listing) {
  // Another descriptor, because reading moves what the folder's own stands at.
  const int fd = openat(folder.fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd == -1) return errno;
  const std::unique_ptr<DIR, CloseDirectory> directory(fdopendir(fd));
  if (!directory) {
    const int error = errno;
    close(fd);
    return error;
  }
  for (;;) {
    errno = 0;
    const dirent* const entry = readdir(directory.get());  // NOLINT(concurrency-mt-unsafe): nobody else reads it
    if (entry == nullptr) return errno;
    // What is above the folder is not told, not even by its number.
    const ino_t ino = std::string_view(entry->d_name) == ".." ? folder.ino : entry->d_ino;
    if (!listing.Add({entry->d_name, ino, entry->d_type})) return ENOMEM;
  }
}

uint8_t QidTypeOf(uint8_t type) { return type == DT_DIR ? kFolderQid : type == DT_LNK ? kLinkQid : kFile; }

}  // namespace

/// The offset of an entry is how many were told with it. 0 is a new look.
Session::Result Session::Readdir(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const uint64_t offset = in.U64();
  const uint32_t wanted = in.U32();
  if (!in.Whole()) return kNone;
  Fid* const fid = fids_.Find(number);
  if (fid == nullptr || !fid->is_open) return EBADF;
  if (!fid->is_folder) return ENOTDIR;
  if (offset == 0 || !fid->listing) {
    fid->listing.reset();
    auto listing = std::make_unique<Listing>(listed_);
    if (const int error = List(*fid->self, *listing)) return error;
    fid->listing = std::move(listing);
  }
  const size_t most = std::min<size_t>(wanted, largest_ - kListHeader);
  const auto& entries = fid->listing->entries;
  out.U32(0);
  size_t size = 0;
  for (uint64_t i = offset; i < entries.size(); ++i) {
    const auto& [name, ino, type] = entries[i];
    if (size + kEntry + name.size() > most) break;
    size += kEntry + name.size();
    out.Put({QidTypeOf(type), 0, PathOf(fid->self->dev, ino)});
    out.U64(i + 1);
    out.U8(type);
    out.Text(name);
  }
  out.SetU32(kHeader, static_cast<uint32_t>(size));
  return 0;
}

Session::Result Session::Readlink(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  if (fid->is_folder) return EINVAL;
  std::array<char, kLongestTarget> target = {};
  const ssize_t size = readlinkat(fid->parent->fd.get(), fid->name.c_str(), target.data(), target.size());
  if (size < 0) return errno;
  out.Text({target.data(), static_cast<size_t>(size)});
  return 0;
}

Session::Result Session::PutMade(const Folder& folder, std::string_view name, Writer& out) {
  struct stat status = {};
  if (fstatat(folder.fd.get(), std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  out.Put(QidOf(status));
  return 0;
}

Session::Result Session::Mkdir(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const std::string name(in.Text());
  const uint32_t mode = in.U32();
  in.U32();
  if (!in.Whole()) return kNone;
  Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  if (!IsName(name)) return EINVAL;
  if (const int error = fid->RequireFolder()) return error;
  if (mkdirat(fid->self->fd.get(), name.c_str(), FolderMode(mode)) != 0) return errno;
  return PutMade(*fid->self, name, out);
}

Session::Result Session::Symlink(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const std::string name(in.Text());
  const std::string target(in.Text());
  in.U32();
  if (!in.Whole()) return kNone;
  Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  if (!IsName(name) || target.find('\0') != std::string::npos) return EINVAL;
  if (target.size() > kLongestTarget) return ENAMETOOLONG;
  if (const int error = fid->RequireFolder()) return error;
  if (symlinkat(target.c_str(), fid->self->fd.get(), name.c_str()) != 0) return errno;
  return PutMade(*fid->self, name, out);
}

/// Files alone: what else there is would be the host's, or is of no use to it.
Session::Result Session::Mknod(Reader& in, Writer& out) {
  const uint32_t number = in.U32();
  const std::string name(in.Text());
  const uint32_t mode = in.U32();
  in.U32();
  in.U32();
  in.U32();
  if (!in.Whole()) return kNone;
  Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  if (!IsName(name)) return EINVAL;
  if (const int error = fid->RequireFolder()) return error;
  if (!S_ISREG(mode)) return EPERM;
  const int flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC;
  if (!Descriptor(openat(fid->self->fd.get(), name.c_str(), flags, FileMode(mode)))) return errno;
  return PutMade(*fid->self, name, out);
}

Session::Result Session::Link(Reader& in) {
  const uint32_t folder_number = in.U32();
  const uint32_t number = in.U32();
  const std::string name(in.Text());
  if (!in.Whole()) return kNone;
  Fid* const folder = fids_.Find(folder_number);
  const Fid* const fid = fids_.Find(number);
  if (folder == nullptr || fid == nullptr) return EBADF;
  if (!IsName(name)) return EINVAL;
  if (const int error = folder->RequireFolder()) return error;
  if (fid->is_folder) return EPERM;
  // Without flags it is a link that gets another name, and not what it leads to.
  return linkat(fid->parent->fd.get(), fid->name.c_str(), folder->self->fd.get(), name.c_str(), 0) == 0 ? 0 : errno;
}

Session::Result Session::RenameTo(const FolderPtr& from, std::string_view old_name, Fid& to,
                                  std::string_view new_name) {
  if (!IsName(old_name) || !IsName(new_name)) return EINVAL;
  if (const int error = to.RequireFolder()) return error;
  const std::string before(old_name);
  const std::string after(new_name);
  if (renameat(from->fd.get(), before.c_str(), to.self->fd.get(), after.c_str()) != 0) return errno;
  fids_.Renamed(*from, before, to.self, after);
  return 0;
}

Session::Result Session::Rename(Reader& in) {
  const uint32_t number = in.U32();
  const uint32_t folder_number = in.U32();
  const std::string_view name = in.Text();
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  Fid* const folder = fids_.Find(folder_number);
  if (fid == nullptr || folder == nullptr) return EBADF;
  if (!fid->parent) return EBUSY;
  return RenameTo(fid->parent, fid->name, *folder, name);
}

Session::Result Session::Renameat(Reader& in) {
  const uint32_t from_number = in.U32();
  const std::string_view old_name = in.Text();
  const uint32_t to_number = in.U32();
  const std::string_view new_name = in.Text();
  if (!in.Whole()) return kNone;
  Fid* const from = fids_.Find(from_number);
  Fid* const to = fids_.Find(to_number);
  if (from == nullptr || to == nullptr) return EBADF;
  if (const int error = from->RequireFolder()) return error;
  return RenameTo(from->self, old_name, *to, new_name);
}

Session::Result Session::Unlinkat(Reader& in) {
  const uint32_t number = in.U32();
  const std::string name(in.Text());
  const uint32_t flags = in.U32();
  if (!in.Whole()) return kNone;
  Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  if (!IsName(name)) return EINVAL;
  if (const int error = fid->RequireFolder()) return error;
  const int how = (flags & kRemoveFolder) != 0 ? AT_REMOVEDIR : 0;
  return unlinkat(fid->self->fd.get(), name.c_str(), how) == 0 ? 0 : errno;
}

/// Whatever comes of it, the number is free again.
Session::Result Session::Remove(Reader& in) {
  const uint32_t number = in.U32();
  if (!in.Whole()) return kNone;
  const Fid* const fid = fids_.Find(number);
  if (fid == nullptr) return EBADF;
  const Fid place = fid->Place();
  fids_.Remove(number);
  if (options_.read_only) return EROFS;
  if (!place.parent) return EBUSY;
  const int how = place.is_folder ? AT_REMOVEDIR : 0;
  return unlinkat(place.parent->fd.get(), place.name.c_str(), how) == 0 ? 0 : errno;
}

}  // namespace hvkit::nine
