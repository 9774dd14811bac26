#include "model.h"

#include <libproc.h>
#include <sys/event.h>
#include <sys/sysctl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

using model::Failures;
using model::Running;

namespace {

constexpr int kQueue = 1000;

struct Watch {
  uint32_t events;
  uint64_t key;
};

std::mutex mutex;
std::condition_variable changed;
// All below belong to it.
Failures failures;
std::map<pid_t, Running> processes;
std::map<pid_t, Watch> watches;
std::map<pid_t, std::vector<int>> signals;
std::deque<kevent64_s> told;
std::function<void()> after_watch;
std::mt19937 random_numbers;

int Fail(int error) {
  errno = error;
  return -1;
}

/// With the mutex held.
int Change(const kevent64_s& change) {
  const auto pid = static_cast<pid_t>(change.ident);
  if (change.filter != EVFILT_PROC) return EINVAL;
  if ((change.flags & EV_DELETE) != 0) return watches.erase(pid) == 1 ? 0 : ENOENT;
  const auto process = processes.find(pid);
  // One that has ended is none to it, though its parent has not asked yet.
  if (process == processes.end() || process->second.ended) return ESRCH;
  const int error = (change.fflags & NOTE_EXITSTATUS) != 0 ? failures.watch_with_status : failures.watch;
  if (error == 0) watches[pid] = {change.fflags, change.udata};
  return error;
}

/// With the mutex held: their number, the path, zeros up to a boundary, and each with a zero behind it.
std::vector<char> Arguments(const Running& process) {
  constexpr size_t kBoundary = 8;
  const int count = process.count.value_or(static_cast<int>(process.arguments.size()));
  std::vector<char> bytes(sizeof count);
  std::memcpy(bytes.data(), &count, sizeof count);
  bytes.insert(bytes.end(), process.executable.begin(), process.executable.end());
  bytes.push_back(0);
  while (bytes.size() % kBoundary != 0) bytes.push_back(0);
  for (const std::string& argument : process.arguments) {
    bytes.insert(bytes.end(), argument.begin(), argument.end());
    bytes.push_back(0);
  }
  const std::string environment = "HOME=/Users/me";
  bytes.insert(bytes.end(), environment.begin(), environment.end());
  return bytes;
}

int Give(const void* data, size_t length, void* old, size_t* size) {
  if (old == nullptr) {
    *size = length;
    return 0;
  }
  if (*size < length) return Fail(ENOMEM);
  std::memcpy(old, data, length);
  *size = length;
  return 0;
}

}  // namespace

int kqueue() {
  model::Dawdle();
  const std::lock_guard<std::mutex> lock(mutex);
  return failures.kqueue == 0 ? kQueue : Fail(failures.kqueue);
}

int kevent64(int queue, const kevent64_s* changes, int change_count, kevent64_s* events, int event_count,
             unsigned int /*flags*/, const timespec* /*timeout*/) {
  model::Dawdle();
  std::unique_lock<std::mutex> lock(mutex);
  if (queue != kQueue) return Fail(EBADF);
  for (int i = 0; i < change_count; ++i) {
    const int error = Change(changes[i]);
    if (error != 0) return Fail(error);
    if ((changes[i].flags & EV_ADD) == 0 || !after_watch) continue;
    const auto happens = std::exchange(after_watch, nullptr);
    lock.unlock();
    happens();
    lock.lock();
  }
  if (event_count == 0) return 0;
  if (failures.interrupted > 0) {
    --failures.interrupted;
    return Fail(EINTR);
  }
  changed.wait(lock, [] { return !told.empty(); });
  int count = 0;
  for (; count < event_count && !told.empty(); ++count) {
    events[count] = told.front();
    told.pop_front();
  }
  return count;
}

int sysctl(int* name, unsigned int count, void* old, size_t* size, void* /*replacement*/, size_t /*its_size*/) {
  model::Dawdle();
  const std::lock_guard<std::mutex> lock(mutex);
  const auto process = processes.find(name[count - 1]);
  if (name[1] == KERN_PROCARGS2) {
    if (failures.arguments != 0) return Fail(failures.arguments);
    if (process == processes.end() || process->second.ended) return Fail(EINVAL);
    const std::vector<char> bytes = Arguments(process->second);
    return Give(bytes.data(), bytes.size(), old, size);
  }
  if (failures.look != 0) return Fail(failures.look);
  // No error: nothing is told.
  if (process == processes.end()) return Give("", 0, old, size);
  kinfo_proc info = {};
  info.kp_proc.p_pid = process->first;
  info.kp_proc.p_starttime.tv_sec = process->second.began;
  info.kp_proc.p_stat = process->second.ended ? SZOMB : 2;
  return Give(&info, sizeof info, old, size);
}

int proc_pidpath(int pid, void* buffer, uint32_t size) {
  model::Dawdle();
  const std::lock_guard<std::mutex> lock(mutex);
  const auto process = processes.find(pid);
  if (process == processes.end() || process->second.ended) return Fail(ESRCH);
  if (failures.path != 0) return Fail(failures.path);
  const std::string& path = process->second.executable;
  if (path.size() + 1 > size) return Fail(ENOMEM);
  std::memcpy(buffer, path.c_str(), path.size() + 1);
  return static_cast<int>(path.size());
}

/// In the place of the system's: no process here is one of its own.
extern "C" int kill(pid_t pid, int signal) noexcept {
  const std::lock_guard<std::mutex> lock(mutex);
  if (failures.signal != 0) return Fail(failures.signal);
  if (processes.count(pid) == 0) return Fail(ESRCH);
  signals[pid].push_back(signal);
  return 0;
}

namespace model {

void Begin(const Failures& wanted, uint32_t seed) {
  const std::lock_guard<std::mutex> lock(mutex);
  failures = wanted;
  processes.clear();
  watches.clear();
  signals.clear();
  told.clear();
  after_watch = nullptr;
  random_numbers.seed(seed);
}

void Put(pid_t pid, const Running& process) {
  const std::lock_guard<std::mutex> lock(mutex);
  processes[pid] = process;
}

void End(pid_t pid, int status) {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    processes[pid].ended = true;
    const auto watch = watches.find(pid);
    if (watch == watches.end()) return;
    const auto [events, key] = watch->second;
    const bool with_status = (events & NOTE_EXITSTATUS) != 0;
    told.push_back({static_cast<uint64_t>(pid), EVFILT_PROC, 0, events, with_status ? status : 0, key, {0, 0}});
    watches.erase(watch);
  }
  changed.notify_all();
}

void Gone(pid_t pid) {
  const std::lock_guard<std::mutex> lock(mutex);
  processes.erase(pid);
}

void AfterNextWatch(std::function<void()> happens) {
  const std::lock_guard<std::mutex> lock(mutex);
  after_watch = std::move(happens);
}

size_t Watched() {
  const std::lock_guard<std::mutex> lock(mutex);
  return watches.size();
}

std::vector<int> SignalsOf(pid_t pid) {
  const std::lock_guard<std::mutex> lock(mutex);
  return signals[pid];
}

void Dawdle() {
  uint32_t draw = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    draw = random_numbers();
  }
  // Half of the time at once, as on a fast machine.
  if (draw % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(draw / 2 % 200));
}

}  // namespace model
