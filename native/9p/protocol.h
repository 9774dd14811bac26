#pragma once

#include <cstddef>
#include <cstdint>

/// 9P2000.L, which Linux's v9fs speaks: the 9P of Plan 9 with what POSIX has besides. Each message is its size (4
/// bytes), a type, a tag (2) and what belongs to the type, low bytes first; a text stands behind its length (2). The
/// reply has the tag, and the type that comes next, or is kError with one of Linux's errno.
namespace hvkit::nine {

enum Type : uint8_t {
  kError = 7,
  kStatfs = 8,
  kOpen = 12,
  kCreate = 14,
  kSymlink = 16,
  kMknod = 18,
  kRename = 20,
  kReadlink = 22,
  kGetattr = 24,
  kSetattr = 26,
  kXattrwalk = 30,
  kXattrcreate = 32,
  kReaddir = 40,
  kFsync = 50,
  kLock = 52,
  kGetlock = 54,
  kLink = 70,
  kMkdir = 72,
  kRenameat = 74,
  kUnlinkat = 76,
  kVersion = 100,
  kAuth = 102,
  kAttach = 104,
  kFlush = 108,
  kWalk = 110,
  kRead = 116,
  kWrite = 118,
  kClunk = 120,
  kRemove = 122,
};

constexpr size_t kHeader = 7;
/// hyperkit has room for no more.
constexpr uint32_t kLargestMessage = uint32_t{256} << 10U;
constexpr uint32_t kSmallestMessage = 4096;
constexpr uint16_t kMostNames = 16;
constexpr size_t kLongestName = 255;
constexpr size_t kLongestTarget = 4095;

/// Linux's, whatever the host's are.
enum OpenFlags : uint32_t {
  kAccess = 03,
  kReadOnly = 00,
  kWriteOnly = 01,
  kReadWrite = 02,
  kExclusive = 0200,
  kTruncate = 01000,
  kAppend = 02000,
};
constexpr uint32_t kRemoveFolder = 0x200;

enum SetAttributes : uint32_t {
  kSetMode = 0x1,
  kSetSize = 0x8,
  kSetAccessed = 0x10,
  kSetModified = 0x20,
  kSetAccessedTo = 0x80,
  kSetModifiedTo = 0x100,
};
/// All that a reply to kGetattr tells, but for what only some file systems know.
constexpr uint64_t kBasicAttributes = 0x7ff;

enum QidType : uint8_t { kFile = 0, kLinkQid = 0x02, kFolderQid = 0x80 };

/// What is the same file has the same one.
struct Qid {
  uint8_t type;
  uint32_t version;
  uint64_t path;
};
constexpr size_t kQidSize = 13;

}  // namespace hvkit::nine
