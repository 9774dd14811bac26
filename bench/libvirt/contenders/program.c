// What the same work costs a C program: the measure for all others. See ../README.md for what the verbs mean.
// Usage: program URI DOMAIN [loop]. With `loop` an event loop runs in a thread of its own, as in every program that
// listens to events.
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char* uri;
static const char* name;
static virConnectPtr conn;
static virDomainPtr domain;

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char* what) {
  fprintf(stderr, "program: %s: %s\n", what, virGetLastErrorMessage());
  exit(1);
}

static virConnectPtr open_connection(void) {
  virConnectPtr opened = virConnectOpen(uri);
  if (!opened) fail(uri);
  return opened;
}

// ---- verbs: each does its work once and returns what shows that it was done

static long long state(void) {
  int state;
  if (virDomainGetState(domain, &state, NULL, 0) < 0) fail("virDomainGetState");
  return state;
}

static long long lookup(void) {
  virDomainPtr found = virDomainLookupByName(conn, name);
  if (!found) fail("virDomainLookupByName");
  virDomainFree(found);
  return 1;
}

static long long list(void) {
  virDomainPtr* domains;
  long long letters = 0;
  int count = virConnectListAllDomains(conn, &domains, 0);
  if (count < 0) fail("virConnectListAllDomains");
  for (int i = 0; i < count; ++i) {
    letters += (long long)strlen(virDomainGetName(domains[i]));
    virDomainFree(domains[i]);
  }
  free(domains);
  return letters;
}

static long long states(void) {
  virDomainStatsRecordPtr* records;
  long long sum = 0;
  int count = virConnectGetAllDomainStats(conn, VIR_DOMAIN_STATS_STATE, &records, 0);
  if (count < 0) fail("virConnectGetAllDomainStats");
  for (int i = 0; i < count; ++i) {
    int state = 0;
    virTypedParamsGetInt(records[i]->params, records[i]->nparams, "state.state", &state);
    sum += state;
  }
  virDomainStatsRecordListFree(records);
  return sum;
}

static long long open_close(void) {
  virConnectClose(open_connection());
  return 1;
}

static const struct {
  const char* verb;
  long long (*run)(void);
} verbs[] = {{"state", state}, {"lookup", lookup}, {"list", list}, {"states", states}, {"open", open_close}};

// ---- events

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static long long arrival;

static void* run_loop(void* unused) {
  for (;;)
    if (virEventRunDefaultImpl() < 0) fail("virEventRunDefaultImpl");
  return unused;
}

static void tick(int timer, void* opaque) {
  (void)timer;
  (void)opaque;
}

static void start_loop(void) {
  pthread_t thread;
  if (virEventRegisterDefaultImpl() < 0) fail("virEventRegisterDefaultImpl");
  virEventAddTimeout(60000, tick, NULL, NULL);
  pthread_create(&thread, NULL, run_loop, NULL);
}

static int on_event(virConnectPtr connection, virDomainPtr subject, int event, int detail, void* opaque) {
  long long time = now();
  (void)connection;
  (void)subject;
  (void)event;
  (void)detail;
  (void)opaque;
  pthread_mutex_lock(&mutex);
  arrival = time;
  pthread_cond_signal(&arrived);
  pthread_mutex_unlock(&mutex);
  return 0;
}

static void events(int count) {
  int id = virConnectDomainEventRegisterAny(conn, domain, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                            VIR_DOMAIN_EVENT_CALLBACK(on_event), NULL, NULL);
  if (id < 0) fail("virConnectDomainEventRegisterAny");
  printf("{\"fromCall\":[");
  for (int i = 0; i < count; ++i) {
    arrival = 0;
    long long start = now();
    if ((i % 2 ? virDomainResume(domain) : virDomainSuspend(domain)) < 0) fail("virDomainSuspend");
    pthread_mutex_lock(&mutex);
    while (arrival == 0) pthread_cond_wait(&arrived, &mutex);
    printf("%s%lld", i ? "," : "", arrival - start);
    pthread_mutex_unlock(&mutex);
  }
  printf("]}\n");
  virConnectDomainEventDeregisterAny(conn, id);
}

// ---- memory

static long long resident(void) {
  long long pages = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%*s %lld", &pages) != 1) fail("/proc/self/statm");
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

static void handles(int lists) {
  virDomainPtr** held = calloc((size_t)lists, sizeof(*held));
  int count = 0;
  list();
  long long before = resident();
  for (int i = 0; i < lists; ++i) {
    count = virConnectListAllDomains(conn, &held[i], 0);
    if (count < 0) fail("virConnectListAllDomains");
  }
  printf("{\"handles\":%d,\"resident\":%lld}\n", lists * count, resident() - before);
  for (int i = 0; i < lists; ++i) {
    for (int j = 0; j < count; ++j) virDomainFree(held[i][j]);
    free(held[i]);
  }
  free(held);
}

static void answer(const char* verb, int count) {
  if (strcmp(verb, "events") == 0) return events(count);
  if (strcmp(verb, "handles") == 0) return handles(count);
  for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); ++i) {
    if (strcmp(verb, verbs[i].verb) != 0) continue;
    long long result = 0;
    long long start = now();
    for (int round = 0; round < count; ++round) result = verbs[i].run();
    printf("{\"ns\":%lld,\"result\":%lld}\n", now() - start, result);
    return;
  }
  fail(verb);
}

int main(int argc, char** argv) {
  char verb[32];
  int count;
  if (argc < 3) return 2;
  uri = argv[1];
  name = argv[2];
  if (argc > 3 && strcmp(argv[3], "loop") == 0) start_loop();
  conn = open_connection();
  domain = virDomainLookupByName(conn, name);
  if (!domain) fail(name);
  printf("{\"ready\":true}\n");
  fflush(stdout);
  while (scanf("%31s %d", verb, &count) == 2) {
    answer(verb, count);
    fflush(stdout);
  }
  virDomainFree(domain);
  virConnectClose(conn);
  return 0;
}
