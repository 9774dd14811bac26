#include "hyperkit/spawn_actions.h"

namespace hvkit::hyperkit {

short SpawnActions(posix_spawn_file_actions_t* actions) {  // NOLINT(google-runtime-int): posix_spawn's type
  posix_spawn_file_actions_addchdir_np(actions, "/");
  // All close on exec but those that an action names.
  return POSIX_SPAWN_CLOEXEC_DEFAULT;
}

}  // namespace hvkit::hyperkit
