#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "9p/descriptor.h"

namespace hvkit::nine {

/// An open folder. It stays the same one when it is renamed, or a folder above it is, by whomever.
struct Folder {
  Descriptor fd;
  dev_t dev;
  ino_t ino;
};
using FolderPtr = std::shared_ptr<const Folder>;

/// The folder of this name in that one, and never what a link leads to. The result is an errno, or 0.
int OpenFolder(int parent, const char* name, FolderPtr& folder);

/// What a folder held when somebody began to read it: so nothing is left out or told twice, whatever happens meanwhile.
/// All that there are of a session's have one budget.
struct Listing {
  struct Entry {
    std::string name;
    ino_t ino;
    uint8_t type;
  };

  explicit Listing(std::shared_ptr<size_t> total) : total(std::move(total)) {}
  ~Listing() { *total -= bytes; }
  Listing(const Listing&) = delete;
  Listing& operator=(const Listing&) = delete;

  /// False: there is no room.
  bool Add(Entry entry);

  std::vector<Entry> entries;
  size_t bytes = 0;
  const std::shared_ptr<size_t> total;
};

/// What the guest has a number for: a name in a folder, and what it opened there. A folder is open from the first, so
/// that the way to it is gone only once.
struct Fid {
  /// None: it is the shared folder itself.
  FolderPtr parent;
  std::string name;
  bool is_folder = true;
  /// Of a folder, if it can be opened.
  FolderPtr self;

  bool is_open = false;
  Descriptor file;
  std::unique_ptr<Listing> listing;

  /// The errno of looking at it, or 0.
  int Status(struct stat& status) const;
  /// Opens the folder that it is, if that was not possible before. The result is an errno, or 0.
  int RequireFolder();
  /// The same place, without what was opened there.
  Fid Place() const;
};

class Fids {
 public:
  Fid* Find(uint32_t number);
  bool IsFull() const;
  void Set(uint32_t number, Fid fid) { fids_.insert_or_assign(number, std::move(fid)); }
  bool Remove(uint32_t number) { return fids_.erase(number) > 0; }
  void Clear() { fids_.clear(); }

  /// Whoever holds the old name means the new one.
  void Renamed(const Folder& from, std::string_view old_name, const FolderPtr& to, std::string_view new_name);

 private:
  std::unordered_map<uint32_t, Fid> fids_;
};

}  // namespace hvkit::nine
