#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "9p/fids.h"
#include "9p/message.h"
#include "9p/protocol.h"

namespace hvkit::nine {

struct Owner {
  uint32_t uid;
  uint32_t gid;
};

struct SessionOptions {
  bool read_only = false;
  /// As whose the guest sees what is this user's. Whose a file is on the host, nothing in the guest can change.
  std::optional<Owner> owner;
};

/// One guest, and the folder that it is given. The guest is not trusted, not even its kernel.
///
/// It cannot leave the folder. The host's kernel is never given a path: each name is checked to be one component, and
/// looked up in a folder that is held open, without following a link (O_NOFOLLOW, AT_SYMLINK_NOFOLLOW). Links are read
/// and made as text, and it is the guest that follows them, within itself. `..` is refused: the guest's kernel knows
/// what is above.
///
/// All is done with the rights of the user who runs this. So files belong to that user, whoever makes them in the
/// guest; a chown is answered as done, and changes nothing: without that no archive could be unpacked. No file is given
/// the bits that would have others of the host run it as that user (set-user-ID, set-group-ID). Only files and folders
/// are opened: a device, a pipe or a socket of the host is seen and not reached, and none is made. Locks are the
/// guest's own, which tells them to its own programs; the host's do not see them.
class Session {
 public:
  Session(Descriptor folder, const SessionOptions& options);

  /// Writes the reply to a message whose size is that which stands in it. False: it is none, and no reply is there.
  bool Answer(const uint8_t* message, size_t size, Writer& reply);

  /// No message is longer.
  uint32_t largest() const { return largest_; }

 private:
  /// 0, an errno, or kNone: what was read is no such message.
  using Result = int;
  static constexpr Result kNone = -1;

  Result Handle(uint8_t type, Reader& in, Writer& out);

  Result Version(Reader& in, Writer& out);
  Result Attach(Reader& in, Writer& out);
  Result Walk(Reader& in, Writer& out);
  Result WalkFrom(const Fid& from, uint32_t number, const std::vector<std::string_view>& names, Writer& out);
  Result Clunk(Reader& in);
  Result Flush(Reader& in);

  // files.cc
  Result Open(Reader& in, Writer& out);
  Result Create(Reader& in, Writer& out);
  Result Read(Reader& in, Writer& out);
  Result Write(Reader& in, Writer& out);
  Result Fsync(Reader& in);
  Result Lock(Reader& in, Writer& out);
  Result Getlock(Reader& in, Writer& out);

  // attributes.cc
  Result Getattr(Reader& in, Writer& out);
  Result Setattr(Reader& in);
  Result Statfs(Reader& in, Writer& out);

  // folders.cc
  Result Readdir(Reader& in, Writer& out);
  Result Readlink(Reader& in, Writer& out);
  Result Mkdir(Reader& in, Writer& out);
  Result Symlink(Reader& in, Writer& out);
  Result Mknod(Reader& in, Writer& out);
  Result Link(Reader& in);
  Result Rename(Reader& in);
  Result Renameat(Reader& in);
  Result Unlinkat(Reader& in);
  Result Remove(Reader& in);
  Result RenameTo(const FolderPtr& from, std::string_view old_name, Fid& to, std::string_view new_name);
  Result PutMade(const Folder& folder, std::string_view name, Writer& out);

  Qid QidOf(const struct stat& status);
  uint64_t PathOf(dev_t dev, ino_t ino);

  const SessionOptions options_;
  const FolderPtr root_;
  Fids fids_;
  const std::shared_ptr<size_t> listed_ = std::make_shared<size_t>(0);
  /// The file systems that were seen, for numbers of files that are unlike over all of them.
  std::vector<dev_t> devices_;
  bool begun_ = false;
  uint32_t largest_ = kLargestMessage;
};

/// Whether it is the name of something in a folder, and nothing else.
bool IsName(std::string_view name);

}  // namespace hvkit::nine
