// Runs what native/hyperkit/darwin has of processes against the model: each failure that the system can answer with, at
// each call, processes that end or are exchanged between two calls, and many that are watched and end at once, with
// delays by many seeds. A sanitizer looks on.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "common/failure.h"
#include "hyperkit/exit_source.h"
#include "hyperkit/process.h"
#include "model.h"

using hvkit::Failure;
using hvkit::hyperkit::ExitSource;
using hvkit::hyperkit::FindProcess;
using hvkit::hyperkit::Identity;
using hvkit::hyperkit::SignalProcess;
using model::Failures;
using model::Running;

namespace {

constexpr pid_t kPid = 4711;
constexpr int kStatus = 0x0200;

std::string scenario;
std::atomic<int> checks{0};

void Check(bool holds, const std::string& what) {
  ++checks;
  if (holds) return;
  std::fprintf(stderr, "process-simulator: %s: %s\n", scenario.c_str(), what.c_str());
  std::exit(1);
}

void Scenario(const std::string& name, const Failures& failures = {}, uint32_t seed = 1) {
  scenario = name;
  model::Begin(failures, seed);
}

template <class Body>
bool Fails(const Body& body) {
  try {
    body();
    return false;
  } catch (const Failure&) {
    return true;
  }
}

/// One that began at another time.
Running Another() {
  Running process;
  process.began = 2;
  return process;
}

Identity IdentityOf(pid_t pid) {
  const auto found = FindProcess(pid);
  Check(found.has_value(), "a process is not found");
  return found->identity;
}

void Finds() {
  Scenario("a process is told by what it is");
  const std::vector<std::string> arguments = {"hyperkit", "", "-F", "/Users/me/a b/hyperkit.pid"};
  model::Put(kPid, {5, "/usr/local/bin/hyperkit", {}, arguments});
  const auto found = FindProcess(kPid);
  Check(found && found->identity == Identity{kPid, "5.0"}, "its identity");
  Check(found->executable == "/usr/local/bin/hyperkit" && !found->ended, "its program");
  Check(found->arguments == arguments, "its arguments");
  Check(!FindProcess(kPid + 1) && !FindProcess(0) && !FindProcess(-1), "one that is not there");

  model::End(kPid, 0);
  const auto ended = FindProcess(kPid);
  Check(ended && ended->ended && ended->identity == found->identity, "one that has ended");
  Check(ended->arguments.empty() && ended->executable.empty(), "what nobody can know of it");
  model::Gone(kPid);
  Check(!FindProcess(kPid), "one that has gone");
}

void FindsNonsense() {
  for (const int count : {-1, 0, 1, 3, 1000}) {
    Scenario("the system says that there are " + std::to_string(count) + " arguments");
    model::Put(kPid, {1, "/bin/hyperkit", count, {"hyperkit", "-A"}});
    const auto found = FindProcess(kPid);
    const auto most = static_cast<size_t>(std::max(count, 0));
    // What follows the arguments is the environment.
    Check(found && found->arguments.size() == std::min<size_t>(most, 3), "another number is told");
  }
  for (const int error : {EPERM, EINVAL, ENOMEM}) {
    Failures failures;
    failures.arguments = failures.path = error;
    Scenario("what a process was called with may not be known", failures);
    model::Put(kPid, {});
    const auto found = FindProcess(kPid);
    Check(found && found->arguments.empty() && found->executable.empty(), "something is told");
  }
  Failures failures;
  failures.look = EPERM;
  Scenario("a process may not be looked at", failures);
  Check(Fails([] { FindProcess(kPid); }), "that is taken for none");
  failures.look = ESRCH;
  Scenario("a process is said not to be there", failures);
  Check(!FindProcess(kPid), "that is taken for one");
}

void Signals() {
  Scenario("a signal is for one process, and not for the next of its pid");
  model::Put(kPid, {});
  const Identity identity = IdentityOf(kPid);
  Check(SignalProcess(identity, SIGTERM), "it was not sent");
  model::Put(kPid, Another());
  Check(!SignalProcess(identity, SIGKILL), "it was sent to another");
  Check(model::SignalsOf(kPid) == std::vector<int>{SIGTERM}, "another signal");
  for (const int error : {ESRCH, EPERM}) {
    Failures failures;
    failures.signal = error;
    Scenario("a signal is not taken", failures);
    model::Put(kPid, {});
    bool sent = true;
    const bool failed = Fails([&] { sent = SignalProcess(IdentityOf(kPid), SIGTERM); });
    Check(failed == (error == EPERM) && (failed || !sent), "that is told otherwise");
  }
}

void Watches(ExitSource& source) {
  Scenario("an end is told once, with its status");
  model::Put(kPid, {});
  const Identity identity = IdentityOf(kPid);
  Check(source.Add(identity, 7), "it is not watched");
  model::End(kPid, kStatus);
  const auto ended = source.Wait();
  Check(ended.size() == 1 && ended[0].key == 7 && ended[0].status == kStatus, "something else is told");
  Check(!source.Add(identity, 8), "one that has ended is watched");
  model::Gone(kPid);
  Check(!source.Add(identity, 8) && model::Watched() == 0, "one that has gone is watched");

  Failures failures;
  failures.watch_with_status = EACCES;
  failures.interrupted = 3;
  Scenario("another user's: its status is not told", failures);
  model::Put(kPid, {});
  Check(source.Add(IdentityOf(kPid), 9), "it is not watched");
  for (int i = 0; i < 3; ++i) Check(source.Wait().empty(), "an interruption is an end");
  model::End(kPid, kStatus);
  const auto silent = source.Wait();
  Check(silent.size() == 1 && silent[0].key == 9 && !silent[0].status, "something else is told");
}

void WatchesInVain(ExitSource& source) {
  for (const int error : {EACCES, ENOMEM, EPERM}) {
    Failures failures;
    failures.watch_with_status = failures.watch = error;
    Scenario("a process cannot be watched", failures);
    model::Put(kPid, {});
    const Identity identity = IdentityOf(kPid);
    Check(Fails([&] { source.Add(identity, 1); }), "that is not told");
  }
  Scenario("a process is exchanged for another of its pid as it begins to be watched");
  model::Put(kPid, {});
  const Identity identity = IdentityOf(kPid);
  model::AfterNextWatch([] { model::Put(kPid, Another()); });
  Check(!source.Add(identity, 1), "the other is watched");
  Check(model::Watched() == 0, "the other goes on being watched");

  Scenario("a process ends as it begins to be watched");
  model::Put(kPid, {});
  model::AfterNextWatch([] { model::End(kPid, kStatus); });
  Check(source.Add(IdentityOf(kPid), 2), "its end is lost");
  Check(source.Wait().size() == 1, "its end is told more than once");

  Scenario("nobody wants to know any more");
  model::Put(kPid, {});
  const Identity forgotten = IdentityOf(kPid);
  Check(source.Add(forgotten, 3), "it is not watched");
  source.Remove(forgotten, 3);
  source.Remove(forgotten, 3);
  Check(model::Watched() == 0, "it goes on being watched");
}

void WatchesMany(ExitSource& source, uint32_t seed) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  Scenario("many end while others begin to be watched, seed " + std::to_string(seed), {}, seed);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&source, thread] {
      for (int i = 0; i < kEach; ++i) {
        const pid_t pid = 1 + thread * kEach + i;
        model::Put(pid, {});
        Check(source.Add(IdentityOf(pid), static_cast<uint64_t>(pid)), "it is not watched");
        model::Dawdle();
        model::End(pid, pid);
      }
    });
  }
  std::map<uint64_t, int> told;
  while (told.size() < size_t{kThreads} * kEach) {
    for (const auto& [key, status] : source.Wait()) {
      Check(status == static_cast<int>(key), "another's status");
      ++told[key];
    }
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& [key, times] : told) Check(times == 1, "an end is told more than once");
  Check(model::Watched() == 0, "something goes on being watched");
}

}  // namespace

int main() {
  Finds();
  FindsNonsense();
  Signals();
  Failures failures;
  failures.kqueue = EMFILE;
  Scenario("nothing can be watched", failures);
  Check(Fails([] { new ExitSource; }), "that is not told");
  Scenario("");
  // Never deleted: it ends with the process.
  static ExitSource* const source = new ExitSource;
  Watches(*source);
  WatchesInVain(*source);
  for (uint32_t seed = 1; seed <= 20; ++seed) WatchesMany(*source, seed);
  std::printf("process-simulator: %d checks passed\n", checks.load());
}
