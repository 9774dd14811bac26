#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <ctime>

/// Where the systems differ: one folder each.
namespace hvkit::nine {

/// The number that Linux has for an error of this system's. What Linux does not have is EIO.
uint32_t LinuxError(int error);

struct Times {
  timespec accessed;
  timespec modified;
  timespec changed;
};
Times TimesOf(const struct stat& status);

}  // namespace hvkit::nine
