#include "9p/fids.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace hvkit::nine {

namespace {

constexpr size_t kMostFids = size_t{1} << 16U;
constexpr size_t kMostListed = size_t{64} << 20U;

}  // namespace

int OpenFolder(int parent, const char* name, FolderPtr& folder) {
  Descriptor fd(openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status = {};
  if (!fd || fstat(fd.get(), &status) != 0) return errno;
  folder = std::make_shared<const Folder>(Folder{std::move(fd), status.st_dev, status.st_ino});
  return 0;
}

bool Listing::Add(Entry entry) {
  const size_t size = sizeof(Entry) + entry.name.size();
  if (*total + size > kMostListed) return false;
  *total += size;
  bytes += size;
  entries.push_back(std::move(entry));
  return true;
}

int Fid::Status(struct stat& status) const {
  const int result = file   ? fstat(file.get(), &status)
                     : self ? fstat(self->fd.get(), &status)
                            : fstatat(parent->fd.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW);
  return result == 0 ? 0 : errno;
}

int Fid::RequireFolder() {
  if (self) return 0;
  return is_folder ? OpenFolder(parent->fd.get(), name.c_str(), self) : ENOTDIR;
}

Fid Fid::Place() const {
  Fid place;
  place.parent = parent;
  place.name = name;
  place.is_folder = is_folder;
  place.self = self;
  return place;
}

Fid* Fids::Find(uint32_t number) {
  const auto found = fids_.find(number);
  return found == fids_.end() ? nullptr : &found->second;
}

bool Fids::IsFull() const { return fids_.size() >= kMostFids; }

void Fids::Renamed(const Folder& from, std::string_view old_name, const FolderPtr& to, std::string_view new_name) {
  // Copies, because what tells the old place may be a fid's own.
  const dev_t dev = from.dev;
  const ino_t ino = from.ino;
  const std::string before(old_name);
  const std::string after(new_name);
  for (auto& [number, fid] : fids_) {
    if (!fid.parent || fid.name != before || fid.parent->dev != dev || fid.parent->ino != ino) continue;
    fid.parent = to;
    fid.name = after;
  }
}

}  // namespace hvkit::nine
