/* Preloaded into a process: counts what it renames, makes and deletes below $CRASH_ROOT, and kills it with SIGKILL
 * before or after the $CRASH_AT-th of these. Without CRASH_AT each is written to $CRASH_LOG. What the process starts is
 * left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *root, *log_path;
static long wanted = -1;
static int wants_after;
static atomic_long count;

__attribute__((constructor)) static void begin(void) {
  const char* at = getenv("CRASH_AT");
  root = getenv("CRASH_ROOT");
  log_path = getenv("CRASH_LOG");
  if (at != NULL) {
    char* end;
    wanted = strtol(at, &end, 10);
    wants_after = strcmp(end, ":after") == 0;
  }
  unsetenv("LD_PRELOAD");
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* The number of this point, if it is one. */
static long enter(const char* verb, const char* path) {
  if (root == NULL || path == NULL || strncmp(path, root, strlen(root)) != 0) return 0;
  long point = atomic_fetch_add(&count, 1) + 1;
  if (log_path != NULL) {
    FILE* file = fopen(log_path, "a");
    if (file != NULL) {
      fprintf(file, "%s %s\n", verb, path + strlen(root));
      fclose(file);
    }
  }
  if (point == wanted && !wants_after) die();
  return point;
}

static int leave(long point, int result) {
  if (point != 0 && point == wanted && wants_after) die();
  return result;
}

#define REAL(name, ...) ((int (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

int rename(const char* from, const char* to) {
  long point = enter("rename", to);
  return leave(point, REAL(rename, const char*, const char*)(from, to));
}
int renameat(int a, const char* from, int b, const char* to) {
  long point = enter("rename", to);
  return leave(point, REAL(renameat, int, const char*, int, const char*)(a, from, b, to));
}
int link(const char* from, const char* to) {
  long point = enter("link", to);
  return leave(point, REAL(link, const char*, const char*)(from, to));
}
int unlink(const char* path) {
  long point = enter("unlink", path);
  return leave(point, REAL(unlink, const char*)(path));
}
int unlinkat(int folder, const char* path, int flags) {
  long point = enter("unlink", path);
  return leave(point, REAL(unlinkat, int, const char*, int)(folder, path, flags));
}
int rmdir(const char* path) {
  long point = enter("rmdir", path);
  return leave(point, REAL(rmdir, const char*)(path));
}
int mkdir(const char* path, mode_t mode) {
  /* What is there already changes nothing, and whoever makes sure of a folder tries that often. */
  long point = access(path, F_OK) == 0 ? 0 : enter("mkdir", path);
  return leave(point, REAL(mkdir, const char*, mode_t)(path, mode));
}
