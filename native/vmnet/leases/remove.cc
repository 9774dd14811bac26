#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "vmnet/leases/leases.h"
#include "vmnet/leases/table.h"

namespace hvkit::vmnet {

namespace {

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;
constexpr mode_t kPermissions = 07777;

/// The folder of the table, and the names in it. Everything is done by its descriptor, so that a folder that is put in
/// its place meanwhile is not written to.
struct Place {
  explicit Place(const std::string& path)
      : folder(open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), name(path.substr(NameAt(path))) {
    if (!folder) throw SystemFailure("The folder of the table of leases " + path + " could not be opened", errno);
    // Only who holds the lock makes it: what is found there was left by one who was killed.
    temporary = "." + name + ".hvkit";
  }

  static size_t NameAt(const std::string& path) {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? 0 : slash + 1;
  }
  static std::string FolderOf(const std::string& path) {
    const size_t at = NameAt(path);
    return at == 0 ? "." : path.substr(0, at);
  }

  /// The table is still the file that was opened, and as it was.
  bool Holds(const Table& table) const {
    struct stat now = {};
    return fstatat(folder.get(), name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0 && Same(now, table.status);
  }

  static bool Same(const struct stat& one, const struct stat& other) {
#ifdef __APPLE__
    const timespec &a = one.st_mtimespec, &b = other.st_mtimespec;
#else
    const timespec &a = one.st_mtim, &b = other.st_mtim;
#endif
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
           a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  }

  const Descriptor folder;
  const std::string name;
  std::string temporary;
};

/// The new table beside the old one, until it takes its place. Goes with its scope if it did not.
class Replacement {
 public:
  explicit Replacement(const Place& place) : place_(place), file_(Make(place)) {}
  ~Replacement() {
    if (!placed_) unlinkat(place_.folder.get(), place_.temporary.c_str(), 0);
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  void Write(std::string_view piece) {
    while (!piece.empty()) {
      const ssize_t written = write(file_.get(), piece.data(), piece.size());
      if (written == -1 && errno == EINTR) continue;
      if (written == -1) throw SystemFailure("The new table of leases could not be written", errno);
      piece.remove_prefix(static_cast<size_t>(written));
    }
  }

  /// Whole on the disk, and with the owner and the mode of the old one.
  void Complete(const struct stat& old) {
    struct stat own = {};
    if (fstat(file_.get(), &own) != 0) throw SystemFailure("The new table of leases could not be looked at", errno);
    if ((own.st_uid != old.st_uid || own.st_gid != old.st_gid) && fchown(file_.get(), old.st_uid, old.st_gid) != 0) {
      throw SystemFailure("The new table of leases could not be given to the owner of the old one", errno);
    }
    if (fchmod(file_.get(), old.st_mode & kPermissions) != 0 || fsync(file_.get()) != 0) {
      throw SystemFailure("The new table of leases could not be completed", errno);
    }
  }

  void TakePlace() {
    const int folder = place_.folder.get();
    if (renameat(folder, place_.temporary.c_str(), folder, place_.name.c_str()) != 0) {
      throw SystemFailure("The new table of leases could not take the place of the old one", errno);
    }
    placed_ = true;
    // The change is there; only whether it outlives a power failure is open, and then it can be made again.
    static_cast<void>(fsync(folder) == 0);
  }

 private:
  static Descriptor Make(const Place& place) {
    unlinkat(place.folder.get(), place.temporary.c_str(), 0);
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Descriptor file(openat(place.folder.get(), place.temporary.c_str(), flags, kPrivate));
    if (!file) throw SystemFailure("A new table of leases could not be made beside the old one", errno);
    return file;
  }

  const Place& place_;
  const Descriptor file_;
  bool placed_ = false;
};

bool LockNow(const Table& table) {
  int result = 0;
  do {
    result = flock(table.file.get(), LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EWOULDBLOCK) throw SystemFailure("The table of leases could not be locked", errno);
  return result == 0;
}

/// The entries that are meant, in the order of the file.
std::vector<Extent> Find(const Table& table, const std::vector<LeaseKey>& keys) {
  std::vector<Extent> found;
  LeaseParser parser([&](const Lease& lease, const Extent& extent) {
    const auto matches = [&](const LeaseKey& key) { return key.Matches(lease); };
    if (std::any_of(keys.begin(), keys.end(), matches)) found.push_back(extent);
  });
  table.Read(0, table.status.st_size, [&](std::string_view piece) { parser.Feed(piece); });
  parser.Finish();
  return found;
}

/// Copies all but the extents. Returns how many bytes that is.
off_t CopyOthers(const Table& table, const std::vector<Extent>& extents, Replacement& replacement) {
  off_t at = 0;
  off_t copied = 0;
  const auto copy = [&](off_t end) {
    table.Read(at, end, [&](std::string_view piece) {
      replacement.Write(piece);
      copied += static_cast<off_t>(piece.size());
    });
  };
  for (const Extent& extent : extents) {
    copy(static_cast<off_t>(extent.begin));
    at = static_cast<off_t>(extent.end);
  }
  copy(table.status.st_size);
  return copied;
}

off_t SizeWithout(const Table& table, const std::vector<Extent>& extents) {
  off_t size = table.status.st_size;
  for (const Extent& extent : extents) size -= static_cast<off_t>(extent.end - extent.begin);
  return size;
}

void CheckOwner(const std::string& path, const struct stat& status) {
  // With another's file there could be anything in it, and in its name anything could be made ours.
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    throw Failure("ERR_LEASE_FILE", "The table of leases " + path + " belongs to another user, and is left alone");
  }
  if (status.st_nlink > 1) {
    throw Failure("ERR_LEASE_FILE", "The table of leases " + path + " has another name too, and is left alone");
  }
}

}  // namespace

Removal RemoveLeases(const std::string& path, const std::vector<LeaseKey>& keys, size_t& removed,
                     const std::string& server) {
  removed = 0;
  const Place place(path);
  Table table = Table::Open(path);
  if (!table.file) return Removal::kDone;
  CheckOwner(path, table.status);
  if (!LockNow(table)) return Removal::kLocked;
  // Who held the lock before may have put another file in its place, which this lock does not lock.
  if (!place.Holds(table)) return Removal::kChanged;

  const std::vector<Extent> extents = Find(table, keys);
  if (extents.empty()) return place.Holds(table) ? Removal::kDone : Removal::kChanged;
  Replacement replacement(place);
  if (CopyOthers(table, extents, replacement) != SizeWithout(table, extents)) return Removal::kChanged;
  replacement.Complete(table.status);
  if (!place.Holds(table)) return Removal::kChanged;
  replacement.TakePlace();
  TellServer(server);
  removed = extents.size();
  return Removal::kDone;
}

}  // namespace hvkit::vmnet
