/* Preloaded into a process: names what it renames, makes and deletes below $CRASH_ROOT (`~`), writes each name to
 * $CRASH_LOG, and kills the process with SIGKILL before or after the one that $CRASH_AT names: `before rename 3
 * ~/machines/dev/machine.json` is the third rename to that path. What is random in a path, eight or more hexadecimal
 * digits, counts as `#`: so a step has the same name in every run, in whatever order those side by side come. What the
 * process starts is left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { kBefore = 1, kAfter = 2, kName = PATH_MAX + 32, kNames = 4096 };

static const char *root, *log_path, *wanted;
static int wanted_when;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
/* What was done so far, without the numbers: their count is the number. */
static char* done[kNames];
static int done_count;

static void fail(const char* what) {
  fprintf(stderr, "crash-shim: %s\n", what);
  abort();
}

__attribute__((constructor)) static void begin(void) {
  const char* at = getenv("CRASH_AT");
  root = getenv("CRASH_ROOT");
  log_path = getenv("CRASH_LOG");
  if (at != NULL) {
    const char* space = strchr(at, ' ');
    if (space == NULL) fail("CRASH_AT names no step");
    wanted = space + 1;
    wanted_when = strncmp(at, "after ", 6) == 0 ? kAfter : kBefore;
  }
  unsetenv("LD_PRELOAD");
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static int is_random(char c) { return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

static void copy_without_random(char* to, const char* from) {
  while (*from != '\0') {
    size_t length = 0;
    while (is_random(from[length])) ++length;
    if (length >= 8) {
      *to++ = '#';
      from += length;
    } else {
      do *to++ = *from++;
      while (length-- > 1);
    }
  }
  *to = '\0';
}

/* How often this was done, with this time. */
static int number_of(const char* verb, const char* path) {
  char name[kName];
  int number = 1;
  snprintf(name, sizeof name, "%s %s", verb, path);
  for (int i = 0; i < done_count; ++i) number += strcmp(done[i], name) == 0;
  if (done_count == kNames) fail("too many steps");
  done[done_count++] = strdup(name);
  return number;
}

static void write_log(const char* name) {
  if (log_path == NULL) return;
  FILE* file = fopen(log_path, "a");
  if (file == NULL) fail("cannot write the log");
  fprintf(file, "%s\n", name);
  fclose(file);
}

/* When to die of it. */
static int enter(const char* verb, const char* path) {
  if (root == NULL || path == NULL || strncmp(path, root, strlen(root)) != 0) return 0;
  int saved = errno;
  char short_path[PATH_MAX], name[kName];
  if (strlen(path) >= sizeof short_path) fail("a path is too long");
  copy_without_random(short_path, path + strlen(root));
  pthread_mutex_lock(&mutex);
  snprintf(name, sizeof name, "%s %d ~%s", verb, number_of(verb, short_path), short_path);
  write_log(name);
  pthread_mutex_unlock(&mutex);
  int when = wanted != NULL && strcmp(wanted, name) == 0 ? wanted_when : 0;
  if (when == kBefore) die();
  errno = saved;
  return when;
}

static int leave(int when, int result) {
  if (when == kAfter) die();
  return result;
}

#define REAL(name, ...) ((int (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

int rename(const char* from, const char* to) {
  int when = enter("rename", to);
  return leave(when, REAL(rename, const char*, const char*)(from, to));
}
int renameat(int a, const char* from, int b, const char* to) {
  int when = enter("rename", to);
  return leave(when, REAL(renameat, int, const char*, int, const char*)(a, from, b, to));
}
int link(const char* from, const char* to) {
  int when = enter("link", to);
  return leave(when, REAL(link, const char*, const char*)(from, to));
}
int unlink(const char* path) {
  int when = enter("unlink", path);
  return leave(when, REAL(unlink, const char*)(path));
}
int unlinkat(int folder, const char* path, int flags) {
  int when = enter("unlink", path);
  return leave(when, REAL(unlinkat, int, const char*, int)(folder, path, flags));
}
int rmdir(const char* path) {
  int when = enter("rmdir", path);
  return leave(when, REAL(rmdir, const char*)(path));
}
int mkdir(const char* path, mode_t mode) {
  /* What is there already changes nothing, and whoever makes sure of a folder tries that often. */
  int when = access(path, F_OK) == 0 ? 0 : enter("mkdir", path);
  return leave(when, REAL(mkdir, const char*, mode_t)(path, mode));
}
