#pragma once

#include <spawn.h>

namespace hvkit::hyperkit {

/// Has a program start in the root folder, and closes all descriptors but its first three: a machine must not keep a
/// disk busy, or a terminal open, that its command stood on. Returns the flags of posix_spawn that this takes.
/// One file per OS.
short SpawnActions(posix_spawn_file_actions_t* actions);  // NOLINT(google-runtime-int): posix_spawn's type

}  // namespace hvkit::hyperkit
