// hvkit-9p: gives one folder to one guest of hyperkit, whose device virtio-9p passes on what the guest says:
// docs/xhyve.md.
//
//   hvkit-9p [--read-only] [--owner UID:GID] SOCKET FOLDER
//
// It returns when it listens, with status 0, and goes on as another process: until the one connection that it takes
// ends; or, before there is one, until its standard input does, which is how it knows that those who would connect are
// gone.
//
// It is never root. Where root starts it, it becomes the owner of the folder, and refuses one that is root's.
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "9p/connection.h"

namespace hvkit::nine {

namespace {

constexpr int kUsage = 64;  // EX_USAGE of sysexits(3)
/// macOS gives 256 unless asked, and no more than this whatever it promises.
constexpr rlim_t kDescriptors = 10240;
constexpr mode_t kPrivate = S_IRWXG | S_IRWXO | S_IXUSR;

struct Request {
  SessionOptions options;
  std::string socket;
  std::string folder;
};

bool ParseNumber(std::string_view text, uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Owner> ParseOwner(std::string_view text) {
  const size_t colon = text.find(':');
  Owner owner = {};
  if (colon == std::string_view::npos || !ParseNumber(text.substr(0, colon), owner.uid) ||
      !ParseNumber(text.substr(colon + 1), owner.gid)) {
    return std::nullopt;
  }
  return owner;
}

std::optional<Request> Parse(const std::vector<std::string_view>& words) {
  Request request;
  size_t at = 0;
  for (; at < words.size() && words[at].substr(0, 2) == "--"; ++at) {
    if (words[at] == "--read-only") {
      request.options.read_only = true;
    } else if (words[at] == "--owner" && at + 1 < words.size()) {
      request.options.owner = ParseOwner(words[++at]);
      if (!request.options.owner) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  if (words.size() - at != 2) return std::nullopt;
  request.socket = words[at];
  request.folder = words[at + 1];
  return request;
}

[[noreturn]] void Fail(const std::string& words, int error = 0) {
  const std::string why = error == 0 ? "" : ": " + std::generic_category().message(error);
  std::fprintf(stderr, "hvkit-9p: %s%s\n", words.c_str(), why.c_str());
  _exit(1);
}

Descriptor OpenShared(const std::string& path) {
  Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) Fail(path + " cannot be shared", errno);
  return folder;
}

Descriptor Listen(const std::string& path) {
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) Fail(path + " is too long for a socket");
  std::copy(path.begin(), path.end(), address.sun_path);
  // Of one that was here before.
  struct stat status = {};
  if (lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) unlink(path.c_str());
  umask(kPrivate);
  if (!listener || bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener.get(), 1) != 0) {
    Fail(path + " cannot be listened at", errno);
  }
  fcntl(listener.get(), F_SETFD, FD_CLOEXEC);
  // The guest's own is already applied to what it asks for.
  umask(0);
  return listener;
}

void BecomeOwner(const Descriptor& folder, const std::string& path) {
  if (geteuid() != 0) return;
  struct stat status = {};
  if (fstat(folder.get(), &status) != 0) Fail(path + " cannot be looked at", errno);
  if (status.st_uid == 0) Fail(path + " belongs to root, and nothing is shared as root");
  const passwd* const user = getpwuid(status.st_uid);  // NOLINT(concurrency-mt-unsafe): there is one thread
  const gid_t group = user == nullptr ? status.st_gid : user->pw_gid;
  const int grouped = user == nullptr ? setgroups(1, &group) : initgroups(user->pw_name, static_cast<int>(group));
  if (grouped != 0 || setgid(group) != 0 || setuid(status.st_uid) != 0 || setuid(0) == 0) {
    Fail("the owner of " + path + " cannot be become", errno);
  }
}

void TakeDescriptors() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kDescriptors));
  // With what there is it works as well, for fewer folders at once.
  static_cast<void>(setrlimit(RLIMIT_NOFILE, &limit));
}

Descriptor Accept(const Descriptor& listener) {
  for (;;) {
    std::array<pollfd, 2> ready = {{{listener.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), -1) == -1) {
      if (errno != EINTR) return {};
      continue;
    }
    if (ready[0].revents != 0) {
      Descriptor connection(accept(listener.get(), nullptr, nullptr));
      return connection;
    }
    std::array<char, 64> ignored = {};
    if (ready[1].revents != 0 && read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0) return {};
  }
}

int Main(const std::vector<std::string_view>& words) {
  const std::optional<Request> request = Parse(words);
  if (!request) {
    std::fputs("Usage: hvkit-9p [--read-only] [--owner UID:GID] SOCKET FOLDER\n", stderr);
    return kUsage;
  }
  signal(SIGPIPE, SIG_IGN);
  TakeDescriptors();
  Descriptor folder = OpenShared(request->folder);
  Descriptor listener = Listen(request->socket);
  BecomeOwner(folder, request->folder);
  const pid_t child = fork();
  if (child == -1) Fail("no process can be made", errno);
  if (child != 0) return 0;

  const Descriptor connection = Accept(listener);
  listener = Descriptor();
  if (!connection) return 0;
  Session session(std::move(folder), request->options);
  if (Serve(connection.get(), session)) return 0;
  std::fputs("hvkit-9p: something came that is no message of 9P2000.L\n", stderr);
  return 1;
}

}  // namespace

}  // namespace hvkit::nine

int main(int argc, char** argv) { return hvkit::nine::Main({argv + (argc > 0 ? 1 : 0), argv + argc}); }
