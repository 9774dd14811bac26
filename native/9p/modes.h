#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace hvkit::nine {

/// Of what a guest asks for, what a file is given: not what has others run it as its owner.
inline mode_t FileMode(uint32_t mode) { return static_cast<mode_t>(mode & 01777U); }
/// To a folder set-group-ID only tells whose new files are.
inline mode_t FolderMode(uint32_t mode) { return static_cast<mode_t>(mode & 03777U); }

}  // namespace hvkit::nine
