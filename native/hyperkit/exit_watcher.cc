#include "hyperkit/exit_watcher.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "common/failure.h"
#include "common/thread.h"

namespace hvkit::hyperkit {

namespace {

std::mutex instance_mutex;
ExitWatcher* instance = nullptr;  // guarded by instance_mutex; never destroyed, its thread goes on

/// Blocks, for no longer than a process takes that is ending. nullopt: somebody else has asked first.
std::optional<int> Reap(pid_t pid) {
  for (;;) {
    int status = 0;
    if (waitpid(pid, &status, 0) == pid) return status;
    if (errno != EINTR) return std::nullopt;
  }
}

Value ToValue(std::optional<int> status) {
  const bool exited = status && WIFEXITED(*status);
  const bool killed = status && WIFSIGNALED(*status);
  return Value::Fields{{"code", exited ? Value(WEXITSTATUS(*status)) : Value(Value::Null{})},
                       {"signal", killed ? Value(WTERMSIG(*status)) : Value(Value::Null{})}};
}

}  // namespace

ExitWatcher& ExitWatcher::Get() {
  std::lock_guard<std::mutex> lock(instance_mutex);
  if (instance == nullptr) {
    auto* watcher = new ExitWatcher;
    StartThread([watcher] { watcher->Run(); });
    instance = watcher;
  }
  return *instance;
}

void ExitWatcher::Forget(const std::shared_ptr<EventQueue>& queue) {
  ExitWatcher* watcher = nullptr;
  {
    std::lock_guard<std::mutex> lock(instance_mutex);
    watcher = instance;
  }
  if (watcher != nullptr) watcher->Remove(queue);
}

Process ExitWatcher::Start(const Program& program, const std::shared_ptr<EventQueue>& queue) {
  const pid_t pid = StartProgram(program);
  try {
    // A child that nobody has reaped is found even after its end, and nobody else is given its pid.
    Process process = FindProcess(pid).value_or(Process{{pid, ""}, "", {}, true});
    if (!Add(process.identity, /*child=*/true, queue)) queue->Push(ToValue(Reap(pid)));
    return process;
  } catch (...) {
    // Nobody would know of it.
    kill(pid, SIGKILL);
    Reap(pid);
    throw;
  }
}

void ExitWatcher::Watch(const Identity& identity, const std::shared_ptr<EventQueue>& queue) {
  if (!Add(identity, /*child=*/false, queue)) queue->Push(ToValue(std::nullopt));
}

bool ExitWatcher::Add(const Identity& identity, bool child, const std::shared_ptr<EventQueue>& queue) {
  std::lock_guard<std::mutex> lock(mutex_);
  // A child is reaped also if nobody wants to know of it any more. Of another process nothing would be kept.
  if (!child && queue->closed()) return true;
  for (auto& [key, entry] : entries_) {
    if (!(entry.identity == identity)) continue;
    // Who watches it already may not know that it is ours to reap.
    entry.child = entry.child || child;
    entry.queues.push_back(queue);
    return true;
  }
  const uint64_t key = ++last_key_;
  if (!source_.Add(identity, key)) return false;
  entries_.emplace(key, Entry{identity, child, {queue}});
  return true;
}

void ExitWatcher::Remove(const std::shared_ptr<EventQueue>& queue) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto next = entries_.begin(); next != entries_.end();) {
    auto& [key, entry] = *next;
    auto& queues = entry.queues;
    queues.erase(std::remove(queues.begin(), queues.end(), queue), queues.end());
    if (queues.empty() && !entry.child) {
      source_.Remove(entry.identity, key);
      next = entries_.erase(next);
    } else {
      ++next;
    }
  }
}

void ExitWatcher::Run() {
  for (;;) {
    for (const ExitSource::Ended& ended : source_.Wait()) Tell(ended);
  }
}

void ExitWatcher::Tell(const ExitSource::Ended& ended) {
  Entry entry;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = entries_.find(ended.key);
    if (found == entries_.end()) return;
    entry = std::move(found->second);
    entries_.erase(found);
  }
  // Not under the lock, which JavaScript's thread takes as well.
  const std::optional<int> status = entry.child ? Reap(entry.identity.pid) : ended.status;
  for (const std::shared_ptr<EventQueue>& queue : entry.queues) queue->Push(ToValue(status));
}

}  // namespace hvkit::hyperkit
