#include "vmnet/helper/handed_out.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "common/failure.h"
#include "vmnet/leases/table.h"

namespace hvkit::vmnet::helper {

namespace {

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;
/// More than vmnet has addresses for; of a user who has more, the oldest are forgotten.
constexpr size_t kMostOfOne = 1024;
/// And of all together.
constexpr size_t kMost = 65536;

Failure Failed(const std::string& what, int error) {
  return {"ERR_VMNET_HELPER_STATE", what + ": " + std::generic_category().message(error), {{"errno", error}}};
}

/// As it stands in the file, which is of one machine only.
struct Entry {
  uint32_t user;
  Mac mac;
};
constexpr size_t kEntrySize = sizeof(uint32_t) + sizeof(Mac);

/// The folder, with its lock held.
class State {
 public:
  explicit State(const std::string& path)
      : folder_(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)), lock_(Lock(folder_, path)) {
    int result = 0;
    do {
      result = flock(lock_.get(), LOCK_EX);
    } while (result != 0 && errno == EINTR);
    if (result != 0) throw Failed("The folder " + path + " could not be locked", errno);
  }

  std::vector<Entry> Read() const {
    const Descriptor file(openat(folder_.get(), "macs", O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file && errno == ENOENT) return {};
    if (!file) throw Failed("What was handed out could not be read", errno);
    std::vector<Entry> entries;
    uint8_t bytes[kEntrySize];
    ssize_t got = 0;
    while (entries.size() < kMost && (got = read(file.get(), bytes, kEntrySize)) == ssize_t{kEntrySize}) {
      Entry entry = {};
      std::memcpy(&entry.user, bytes, sizeof(entry.user));
      std::memcpy(entry.mac.data(), bytes + sizeof(entry.user), entry.mac.size());
      entries.push_back(entry);
    }
    if (got == -1) throw Failed("What was handed out could not be read", errno);
    return entries;
  }

  /// Whole, or not at all.
  void Write(const std::vector<Entry>& entries) const {
    std::vector<uint8_t> bytes(entries.size() * kEntrySize);
    for (size_t i = 0; i < entries.size(); ++i) {
      std::memcpy(&bytes[i * kEntrySize], &entries[i].user, sizeof(entries[i].user));
      std::memcpy(&bytes[i * kEntrySize + sizeof(entries[i].user)], entries[i].mac.data(), entries[i].mac.size());
    }
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    const Descriptor file(openat(folder_.get(), "macs.new", flags, kPrivate));
    errno = ENOSPC;  // what a write that ends early does not tell
    if (!file || write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        fsync(file.get()) != 0 || renameat(folder_.get(), "macs.new", folder_.get(), "macs") != 0) {
      throw Failed("What is handed out could not be noted", errno);
    }
  }

 private:
  static Descriptor Lock(const Descriptor& folder, const std::string& path) {
    if (!folder) throw Failed("The folder " + path + " could not be opened", errno);
    Descriptor lock(openat(folder.get(), "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kPrivate));
    if (!lock) throw Failed("The folder " + path + " could not be opened", errno);
    return lock;
  }

  const Descriptor folder_;
  const Descriptor lock_;
};

auto Holder(std::vector<Entry>& entries, const Mac& mac) {
  return std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.mac == mac; });
}

void ForgetOldest(std::vector<Entry>& entries, uid_t user) {
  const auto theirs = [user](const Entry& entry) { return entry.user == user; };
  if (static_cast<size_t>(std::count_if(entries.begin(), entries.end(), theirs)) >= kMostOfOne) {
    entries.erase(std::find_if(entries.begin(), entries.end(), theirs));
  }
  if (entries.size() >= kMost) entries.erase(entries.begin());
}

}  // namespace

bool HandedOut::Record(uid_t user, const Mac& mac) const {
  const State state(folder_);
  std::vector<Entry> entries = state.Read();
  const auto holder = Holder(entries, mac);
  if (holder != entries.end()) return holder->user == user;
  ForgetOldest(entries, user);
  entries.push_back({user, mac});
  state.Write(entries);
  return true;
}

bool HandedOut::Return(uid_t user, const Mac& mac, const std::function<bool()>& release) const {
  const State state(folder_);
  std::vector<Entry> entries = state.Read();
  const auto holder = Holder(entries, mac);
  if (holder == entries.end() || holder->user != user) return false;
  if (release()) {
    entries.erase(holder);
    state.Write(entries);
  }
  return true;
}

}  // namespace hvkit::vmnet::helper
