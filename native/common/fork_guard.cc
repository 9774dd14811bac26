#include "common/fork_guard.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <array>

namespace hvkit {

namespace {

// A forked child that has closed what it inherited opens few files, and they get the lowest numbers.
constexpr int kFirst = STDERR_FILENO + 1;
constexpr int kEnd = 64;
constexpr int kNone = -1;

struct Copy {
  int fd = kNone;
  bool close_on_exec = false;
};

bool in_forked_child = false;
std::array<Copy, kEnd> copies;

// Only what may be called between fork() and exec() in a process with several threads is called here.

void CloseCopies() {
  for (Copy& copy : copies) {
    if (copy.fd != kNone) close(copy.fd);
    copy.fd = kNone;
  }
}

void BeforeFork() {
  if (!in_forked_child) return;
  for (int fd = kFirst; fd < kEnd; ++fd) {
    int flags = fcntl(fd, F_GETFD);
    if (flags != -1) copies[fd] = {fcntl(fd, F_DUPFD_CLOEXEC, kEnd), (flags & FD_CLOEXEC) != 0};
  }
}

void InParent() {
  if (in_forked_child) CloseCopies();
}

void InChild() {
  if (in_forked_child) {
    for (int fd = kFirst; fd < kEnd; ++fd) {
      const Copy& copy = copies[fd];
      if (copy.fd == kNone) continue;
      dup2(copy.fd, fd);
      if (copy.close_on_exec) fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    CloseCopies();
  }
  in_forked_child = true;
}

}  // namespace

void GuardForks() {
  // Handlers of a child run in the order of registration: libuv registered its own when Node started.
  pthread_atfork(BeforeFork, InParent, InChild);
}

}  // namespace hvkit
