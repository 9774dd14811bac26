#include "vmnet/helper/listener.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <system_error>
#include <utility>

#include "common/failure.h"
#include "vmnet/leases/table.h"

namespace hvkit::vmnet::helper {

namespace {

constexpr int kConnection = STDERR_FILENO + 1;
/// More machines than vmnet has addresses for nobody has; of one user, so that there is room for the others.
constexpr size_t kMostOfOne = 256;
constexpr size_t kMost = 1024;
constexpr int kBacklog = 128;
constexpr mode_t kFolder = S_IRWXU;
constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;
/// Anybody can knock: who they are is asked of the kernel.
constexpr mode_t kForAll = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;

Failure Failed(const std::string& what, int error) {
  return {"ERR_VMNET_HELPER_STATE", what + ": " + std::generic_category().message(error), {{"errno", error}}};
}

/// Where signals are heard. Per process, as signals are.
int signal_pipe[2] = {-1, -1};

void OnSignal(int signal) {
  const int error = errno;
  const auto byte = static_cast<uint8_t>(signal);
  static_cast<void>(write(signal_pipe[1], &byte, 1) == 1);
  errno = error;
}

void CatchSignals() {
  if (pipe(signal_pipe) != 0) throw Failed("A pipe could not be made", errno);
  for (const int end : signal_pipe) {
    fcntl(end, F_SETFD, FD_CLOEXEC);
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaction(signal, &action, nullptr);
}

/// The folder of what was handed out: root's alone, and held by one helper at a time.
Descriptor TakeState(const std::string& path) {
  if (mkdir(path.c_str(), kFolder) != 0 && errno != EEXIST) throw Failed(path + " could not be made", errno);
  Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status = {};
  if (!folder || fstat(folder.get(), &status) != 0) throw Failed(path + " could not be opened", errno);
  if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw Failure("ERR_VMNET_HELPER_STATE", path + " can be written by somebody else");
  }
  Descriptor lock(openat(folder.get(), "running", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kPrivate));
  if (!lock) throw Failed(path + " could not be locked", errno);
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Failure("ERR_VMNET_HELPER_STATE", "Another helper runs, and has " + path);
  }
  return lock;
}

/// A socket in the file system, which goes with its scope.
class Door {
 public:
  explicit Door(std::string path) : path_(std::move(path)), socket_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof(address.sun_path)) {
      throw Failure("ERR_VMNET_HELPER_STATE", path_ + " is too long for a socket");
    }
    std::copy(path_.begin(), path_.end(), address.sun_path);
    if (!socket_) throw Failed("A socket could not be made", errno);
    fcntl(socket_.get(), F_SETFD, FD_CLOEXEC);
    fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
    // Of a helper that was killed: another one that runs would hold the state.
    struct stat status = {};
    if (lstat(path_.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) unlink(path_.c_str());
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        chmod(path_.c_str(), kForAll) != 0 || listen(socket_.get(), kBacklog) != 0) {
      throw Failed(path_ + " could not be listened at", errno);
    }
  }
  ~Door() { unlink(path_.c_str()); }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  int get() const { return socket_.get(); }
  Descriptor Accept() const {
    Descriptor connection(accept(socket_.get(), nullptr, nullptr));
    if (connection) {
      fcntl(connection.get(), F_SETFD, FD_CLOEXEC);
      fcntl(connection.get(), F_SETFL, 0);
    }
    return connection;
  }

 private:
  const std::string path_;
  const Descriptor socket_;
};

pid_t Spawn(const Descriptor& connection, const Caller& caller, const Places& places) {
  const std::string program = OwnProgram();
  std::array<std::string, 6> words = {
      program, "serve", std::to_string(caller.uid), std::to_string(caller.gid), places.state, places.leases};
  std::array<char*, 7> arguments = {};
  std::transform(words.begin(), words.end(), arguments.begin(), [](std::string& word) { return word.data(); });
  std::array<char*, 1> environment = {nullptr};

  posix_spawn_file_actions_t actions = {};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, connection.get(), kConnection);
  posix_spawnattr_t attributes = {};
  posix_spawnattr_init(&attributes);
  sigset_t signals = {};
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  // What ends this process's group is not for machines that run.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : -1;
}

/// The processes that serve, and whom.
class Serving {
 public:
  explicit Serving(const Service& service) : service_(service) {}

  /// Others are hung up on, without a word.
  void Take(const Descriptor& connection) {
    const std::optional<Caller> caller = CallerOf(connection.get());
    if (!caller || !MayCall(caller->uid)) return;
    const auto theirs = [&](const auto& entry) { return entry.second == caller->uid; };
    if (processes_.size() >= kMost ||
        static_cast<size_t>(std::count_if(processes_.begin(), processes_.end(), theirs)) >= kMostOfOne) {
      return;
    }
    const pid_t pid = Spawn(connection, *caller, service_.places);
    if (pid != -1) processes_[pid] = caller->uid;
  }

  void Reap() {
    pid_t pid = 0;
    while ((pid = waitpid(-1, nullptr, WNOHANG)) > 0) processes_.erase(pid);
  }

 private:
  bool MayCall(uid_t uid) const {
    return uid == 0 || std::find(service_.users.begin(), service_.users.end(), uid) != service_.users.end();
  }

  const Service& service_;
  std::map<pid_t, uid_t> processes_;
};

/// Whether one of them ends it.
bool EndedBySignal(Serving& serving) {
  uint8_t signal = 0;
  bool ends = false;
  while (read(signal_pipe[0], &signal, 1) == 1) ends = ends || signal != SIGCHLD;
  serving.Reap();
  return ends;
}

}  // namespace

void Listen(const Service& service) {
  umask(S_IRWXG | S_IRWXO);
  CatchSignals();
  const Descriptor state = TakeState(service.places.state);
  const Door door(service.socket);
  Serving serving(service);
  for (;;) {
    std::array<pollfd, 2> ready = {{{signal_pipe[0], POLLIN, 0}, {door.get(), POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), -1) == -1 && errno != EINTR) throw Failed("No more calls can be taken", errno);
    if (ready[0].revents != 0 && EndedBySignal(serving)) return;
    if (ready[1].revents != 0) {
      if (const Descriptor connection = door.Accept()) serving.Take(connection);
    }
  }
}

}  // namespace hvkit::vmnet::helper
