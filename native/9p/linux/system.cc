#include "9p/system.h"

namespace hvkit::nine {

uint32_t LinuxError(int error) { return static_cast<uint32_t>(error); }

Times TimesOf(const struct stat& status) { return {status.st_atim, status.st_mtim, status.st_ctim}; }

}  // namespace hvkit::nine
