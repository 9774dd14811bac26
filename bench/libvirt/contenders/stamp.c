// Preloaded into a contender: notes in the file $HVKIT_BENCH_STAMP at what time (CLOCK_MONOTONIC, ns) libvirt called
// the contender's callback for lifecycle events. The contender's listener compares its own clock with that. The same
// few nanoseconds are added to every contender, and none has to be changed to be measured.
#include <dlfcn.h>
#include <fcntl.h>
#include <libvirt/libvirt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct registration {
  virConnectDomainEventCallback callback;
  void* opaque;
  virFreeCallback release;
};

static volatile long long* stamp;

__attribute__((constructor)) static void map_file(void) {
  const char* path = getenv("HVKIT_BENCH_STAMP");
  int file = path ? open(path, O_RDWR | O_CREAT, 0600) : -1;
  if (file < 0 || ftruncate(file, sizeof(*stamp)) < 0) {
    perror("HVKIT_BENCH_STAMP");
    exit(1);
  }
  stamp = mmap(NULL, sizeof(*stamp), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
}

static int stamped(virConnectPtr conn, virDomainPtr domain, int event, int detail, void* opaque) {
  const struct registration* registration = opaque;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  *stamp = time.tv_sec * 1000000000LL + time.tv_nsec;
  return registration->callback(conn, domain, event, detail, registration->opaque);
}

static void release(void* opaque) {
  struct registration* registration = opaque;
  if (registration->release) registration->release(registration->opaque);
  free(registration);
}

int virConnectDomainEventRegisterAny(virConnectPtr conn, virDomainPtr domain, int id,
                                     virConnectDomainEventGenericCallback callback, void* opaque,
                                     virFreeCallback free_opaque) {
  __typeof__(&virConnectDomainEventRegisterAny) next;
  struct registration* registration;
  // By its own handle: in a program that loaded libvirt late it is not among what RTLD_NEXT searches.
  *(void**)&next = dlsym(dlopen("libvirt.so.0", RTLD_LAZY | RTLD_NOLOAD), "virConnectDomainEventRegisterAny");
  if (id != VIR_DOMAIN_EVENT_ID_LIFECYCLE) return next(conn, domain, id, callback, opaque, free_opaque);
  registration = malloc(sizeof(*registration));
  registration->callback = (virConnectDomainEventCallback)(void (*)(void))callback;
  registration->opaque = opaque;
  registration->release = free_opaque;
  return next(conn, domain, id, VIR_DOMAIN_EVENT_CALLBACK(stamped), registration, release);
}
