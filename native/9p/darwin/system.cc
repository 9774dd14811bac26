#include "9p/system.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace hvkit::nine {

namespace {

struct Pair {
  int here;
  uint32_t there;
};

constexpr uint32_t kInputOutput = 5;
/// Up to here both have Unix's own numbers, but for two.
constexpr int kSameUpTo = 34;
constexpr std::array kOthers = {
    Pair{EDEADLK, 35}, Pair{EAGAIN, 11},       Pair{ENOTSUP, 95},   Pair{EOPNOTSUPP, 95}, Pair{ETIMEDOUT, 110},
    Pair{ELOOP, 40},   Pair{ENAMETOOLONG, 36}, Pair{ENOTEMPTY, 39}, Pair{EUSERS, 87},     Pair{EDQUOT, 122},
    Pair{ESTALE, 116}, Pair{ENOLCK, 37},       Pair{ENOSYS, 38},    Pair{EOVERFLOW, 75},  Pair{ECANCELED, 125},
    Pair{EILSEQ, 84},  Pair{ENOATTR, 61},
};

}  // namespace

uint32_t LinuxError(int error) {
  const auto* const other =
      std::find_if(kOthers.begin(), kOthers.end(), [error](const Pair& pair) { return pair.here == error; });
  if (other != kOthers.end()) return other->there;
  return error > 0 && error <= kSameUpTo ? static_cast<uint32_t>(error) : kInputOutput;
}

Times TimesOf(const struct stat& status) { return {status.st_atimespec, status.st_mtimespec, status.st_ctimespec}; }

}  // namespace hvkit::nine
