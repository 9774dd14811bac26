#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <vector>

#include "common/failure.h"
#include "hyperkit/process.h"
#include "hyperkit/spawn_actions.h"

namespace hvkit::hyperkit {

namespace {

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;

Failure Failed(const std::string& what, int error) {
  return {"ERR_PROCESS", what + ": " + std::generic_category().message(error), {{"errno", error}}};
}

class Log {
 public:
  explicit Log(const std::string& path)
      : fd_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, kPrivate)) {
    if (fd_ == -1) throw Failed("The log " + path + " could not be opened", errno);
  }
  ~Log() { close(fd_); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  int fd() const { return fd_; }

 private:
  const int fd_;
};

class Actions {
 public:
  explicit Actions(const Log& log) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, log.fd(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, log.fd(), STDERR_FILENO);
  }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_ = {};
};

/// Node ignores SIGPIPE, and our threads block all signals: neither is for the program to inherit.
class Attributes {
 public:
  explicit Attributes(int flags) {
    sigset_t signals;
    posix_spawnattr_init(&attributes_);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    const int all = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | flags;
    posix_spawnattr_setflags(&attributes_, static_cast<short>(all));  // NOLINT(google-runtime-int)
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_ = {};
};

/// A NULL at the end, as C wants it.
std::vector<char*> Vector(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  // posix_spawn does not change them: its type is older than const.
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

pid_t StartProgram(const Program& program) {
  const Log log(program.log);
  Actions actions(log);
  const Attributes attributes(SpawnActions(actions.get()));
  const std::vector<char*> arguments = Vector(program.arguments);
  const std::vector<char*> environment = Vector(program.environment);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, program.file.c_str(), actions.get(), attributes.get(), arguments.data(), environment.data());
  if (error != 0) throw Failed(program.file + " could not be started", error);
  return pid;
}

}  // namespace hvkit::hyperkit
