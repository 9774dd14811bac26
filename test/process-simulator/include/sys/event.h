// kqueue, as macOS documents it: what of it native/hyperkit/darwin names.
#pragma once

#include <cstdint>
#include <ctime>

constexpr int16_t EVFILT_PROC = -5;
constexpr uint16_t EV_ADD = 0x1;
constexpr uint16_t EV_DELETE = 0x2;
constexpr uint16_t EV_ONESHOT = 0x10;
constexpr uint32_t NOTE_EXIT = 0x80000000;
constexpr uint32_t NOTE_EXITSTATUS = 0x04000000;

struct kevent64_s {
  uint64_t ident;
  int16_t filter;
  uint16_t flags;
  uint32_t fflags;
  int64_t data;
  uint64_t udata;
  uint64_t ext[2];
};

#define EV_SET64(event, a, b, c, d, e, f, g, h) (*(event) = kevent64_s{a, b, c, d, e, f, {g, h}})

int kqueue();
int kevent64(int queue, const kevent64_s* changes, int change_count, kevent64_s* events, int event_count,
             unsigned int flags, const timespec* timeout);
