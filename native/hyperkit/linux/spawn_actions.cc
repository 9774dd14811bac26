#include "hyperkit/spawn_actions.h"

#include <dirent.h>
#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "common/failure.h"

namespace hvkit::hyperkit {

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

/// One by one, because closing all from a number on is newer than the oldest C library that we are built for. To close
/// one that is closed by then is no error. What another thread opens in between has to look after itself, as all that
/// Node and we open does: it closes on exec.
void CloseInherited(posix_spawn_file_actions_t* actions) {
  const std::unique_ptr<DIR, CloseFolder> folder(opendir("/proc/self/fd"));
  if (!folder) {
    throw Failure("ERR_PROCESS", "/proc/self/fd could not be read: " + std::generic_category().message(errno));
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the folder is this thread's
  while (const dirent* entry = readdir(folder.get())) {
    char* end = nullptr;
    const auto fd = static_cast<int>(std::strtol(entry->d_name, &end, 10));
    if (*end == '\0' && fd > STDERR_FILENO) posix_spawn_file_actions_addclose(actions, fd);
  }
}

/// Newer than that too: where it is missing, the program starts in this process's folder.
void StartInRoot(posix_spawn_file_actions_t* actions) {
  using AddChdir = int(posix_spawn_file_actions_t*, const char*);
  void* found = dlsym(RTLD_DEFAULT, "posix_spawn_file_actions_addchdir_np");
  if (found != nullptr) reinterpret_cast<AddChdir*>(found)(actions, "/");
}

}  // namespace

short SpawnActions(posix_spawn_file_actions_t* actions) {  // NOLINT(google-runtime-int): posix_spawn's type
  StartInRoot(actions);
  CloseInherited(actions);
  return 0;
}

}  // namespace hvkit::hyperkit
