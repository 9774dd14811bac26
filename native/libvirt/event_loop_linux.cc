#include <libvirt/libvirt.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "libvirt/event_loop.h"

/// libvirt's own loop sleeps in poll(), which must be woken to learn of any change; and every call on a socket changes
/// something twice, because it takes the socket out of the loop while it waits for its answer itself. With epoll the
/// kernel is told of the change and the thread sleeps on: it is woken by events alone.
namespace hvkit::libvirt {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPauseAfterError{1};

/// What libvirt gives away together with a callback, and gets back when it will not be called any more.
struct Opaque {
  void* data;
  virFreeCallback release;
};

struct Watch {
  int fd;
  int events;  // virEventHandleType; 0 for none
  virEventHandleCallback callback;
  Opaque opaque;
  std::shared_ptr<Silence> silence;  // of the connection whose socket it is
};

struct Timer {
  int interval_ms;  // below 0: switched off
  Clock::time_point due;
  virEventTimeoutCallback callback;
  Opaque opaque;
  std::shared_ptr<Silence> silence;  // of the connection whose keep-alive messages it sends
};

struct Ready {
  int watch;
  int events;
};

constexpr std::array<std::pair<int, uint32_t>, 4> kEvents{{{VIR_EVENT_HANDLE_READABLE, EPOLLIN},
                                                           {VIR_EVENT_HANDLE_WRITABLE, EPOLLOUT},
                                                           {VIR_EVENT_HANDLE_ERROR, EPOLLERR},
                                                           {VIR_EVENT_HANDLE_HANGUP, EPOLLHUP}}};

uint32_t ToEpoll(int events) {
  uint32_t result = 0;
  for (const auto& [ours, theirs] : kEvents) result |= (events & ours) != 0 ? theirs : 0;
  return result;
}

int FromEpoll(uint32_t events) {
  int result = 0;
  for (const auto& [ours, theirs] : kEvents) result |= (events & theirs) != 0 ? ours : 0;
  return result;
}

thread_local Additions* noticed_by = nullptr;

int Note(std::vector<int> Additions::* kind, int id) {
  if (noticed_by != nullptr) (noticed_by->*kind).push_back(id);
  return id;
}

/// Callbacks run on the loop's thread without the mutex, because they call back into the loop.
class EventLoop {
 public:
  EventLoop() : epoll_(Checked(epoll_create1(EPOLL_CLOEXEC))), wake_(Checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = wake_;
    Checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event));
  }

  int AddWatch(int fd, int events, virEventHandleCallback callback, Opaque opaque) {
    std::lock_guard<std::mutex> lock(mutex_);
    const bool first = !IsWatched(fd);
    const int id = next_id_++;
    watches_.emplace(id, Watch{fd, events, callback, opaque, nullptr});
    if (Tell(first ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd)) return Note(&Additions::watches, id);
    watches_.erase(id);
    return -1;
  }

  void UpdateWatch(int id, int events) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = watches_.find(id);
    if (found == watches_.end()) return;
    found->second.events = events;
    Tell(EPOLL_CTL_MOD, found->second.fd);
  }

  int RemoveWatch(int id) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = watches_.find(id);
    if (found == watches_.end()) return -1;
    const Watch watch = found->second;
    watches_.erase(found);
    Tell(IsWatched(watch.fd) ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, watch.fd);
    Discard(watch.opaque);
    return 0;
  }

  int AddTimer(int interval_ms, virEventTimeoutCallback callback, Opaque opaque) {
    std::lock_guard<std::mutex> lock(mutex_);
    const int id = next_id_++;
    auto added = timers_.emplace(id, Timer{interval_ms, {}, callback, opaque, nullptr}).first;
    Arm(added->second);
    return Note(&Additions::timers, id);
  }

  void UpdateTimer(int id, int interval_ms) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = timers_.find(id);
    if (found == timers_.end()) return;
    // The thread that waits for an answer does so when it was woken, before it reads what has come.
    if (found->second.silence) Listen(*found->second.silence);
    found->second.interval_ms = interval_ms;
    Arm(found->second);
  }

  int RemoveTimer(int id) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = timers_.find(id);
    if (found == timers_.end()) return -1;
    const Opaque opaque = found->second.opaque;
    timers_.erase(found);
    Discard(opaque);
    return 0;
  }

  void EndWhenSilent(int timer, std::shared_ptr<Silence> silence, unsigned int most) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto socket = watches_.find(silence->socket);
    auto found = timers_.find(timer);
    if (socket == watches_.end() || found == timers_.end()) return;
    silence->unanswered = 0;
    silence->most = most;
    socket->second.silence = found->second.silence = std::move(silence);
  }

  [[noreturn]] void Run() {
    for (;;) {
      const int timeout = PrepareToSleep();
      std::array<epoll_event, kMostAtOnce> events{};
      const int count = epoll_wait(epoll_, events.data(), kMostAtOnce, timeout);
      TakeWakes(events.data(), count);
      CallTimers();
      for (const Ready& ready : ReadyWatches(events.data(), count)) CallWatch(ready);
    }
  }

 private:
  static constexpr int kMostAtOnce = 64;

  static int Checked(int returned) {
    if (returned < 0) throw std::system_error(errno, std::generic_category(), "libvirt's event loop");
    return returned;
  }

  // ---- under the mutex

  bool IsWatched(int fd) const {
    return std::any_of(watches_.begin(), watches_.end(), [fd](const auto& entry) { return entry.second.fd == fd; });
  }

  /// A descriptor is known to epoll once, with what all its watches want. Wanted by none it stays known, which is
  /// cheaper than to forget it; epoll still tells of errors and hang-ups then, but only once, being edge-triggered.
  bool Tell(int operation, int fd) {
    int wanted = 0;
    for (const auto& [id, watch] : watches_) wanted |= watch.fd == fd ? watch.events : 0;
    epoll_event event{};
    event.events = wanted != 0 ? ToEpoll(wanted) : static_cast<uint32_t>(EPOLLET);
    event.data.fd = fd;
    return epoll_ctl(epoll_, operation, fd, &event) == 0;
  }

  /// Whether anything has come since the last keep-alive message.
  void Listen(Silence& silence) {
    auto socket = watches_.find(silence.socket);
    int received = 0;
    if (silence.unanswered == 0 || socket == watches_.end()) return;
    if (ioctl(socket->second.fd, FIONREAD, &received) == 0 && received > 0) silence.unanswered = 0;
  }

  /// Before the next keep-alive message: whether too many had no answer.
  bool IsOver(Silence& silence) {
    auto socket = watches_.find(silence.socket);
    if (socket == watches_.end()) return false;  // libvirt has closed it already
    Listen(silence);
    if (silence.unanswered++ < silence.most) return false;
    silence.over = true;
    shutdown(socket->second.fd, SHUT_RDWR);
    return true;
  }

  void Arm(Timer& timer) {
    if (timer.interval_ms < 0) return;
    timer.due = Clock::now() + std::chrono::milliseconds(timer.interval_ms);
    if (timer.due < sleeps_until_) Wake();
  }

  /// libvirt wants its data back later, not within the call that removes: it may hold a lock that releasing it needs.
  void Discard(const Opaque& opaque) {
    if (opaque.release == nullptr) return;
    discarded_.push_back(opaque);
    Wake();
  }

  void Wake() {
    if (!std::exchange(sleeping_, false)) return;
    const uint64_t one = 1;
    static_cast<void>(write(wake_, &one, sizeof(one)));  // fails only when it is readable already
  }

  // ---- the loop's thread

  /// Gives back what is discarded, and returns how long to sleep: milliseconds, -1 until woken.
  int PrepareToSleep() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!discarded_.empty()) {
      const auto discarded = std::exchange(discarded_, {});
      lock.unlock();
      for (const Opaque& opaque : discarded) opaque.release(opaque.data);
      lock.lock();
    }
    sleeping_ = true;
    sleeps_until_ = Clock::time_point::max();
    for (const auto& [id, timer] : timers_) {
      if (timer.interval_ms >= 0) sleeps_until_ = std::min(sleeps_until_, timer.due);
    }
    if (sleeps_until_ == Clock::time_point::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(sleeps_until_ - Clock::now());
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
  }

  void CallTimers() {
    std::vector<int> due;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      sleeping_ = false;
      const auto now = Clock::now();
      for (const auto& [id, timer] : timers_) {
        if (timer.interval_ms >= 0 && timer.due <= now) due.push_back(id);
      }
    }
    for (const int id : due) CallTimer(id);
  }

  void CallTimer(int id) {
    std::unique_lock<std::mutex> lock(mutex_);
    auto found = timers_.find(id);
    // An earlier callback may have removed it, or switched it off.
    if (found == timers_.end() || found->second.interval_ms < 0) return;
    found->second.due = Clock::now() + std::chrono::milliseconds(found->second.interval_ms);
    const Timer timer = found->second;
    if (timer.silence && IsOver(*timer.silence)) {
      found->second.interval_ms = -1;
      return;
    }
    lock.unlock();
    timer.callback(id, timer.opaque.data);
  }

  /// Whoever wakes the loop from now on wakes it from its next sleep.
  void TakeWakes(const epoll_event* events, int count) const {
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd != wake_) continue;
      uint64_t wakes = 0;
      // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): it never blocks, and no lock is held
      static_cast<void>(read(wake_, &wakes, sizeof(wakes)));
    }
  }

  std::vector<Ready> ReadyWatches(const epoll_event* events, int count) {
    std::vector<Ready> result;
    std::lock_guard<std::mutex> lock(mutex_);
    for (int i = 0; i < count; ++i) {
      for (const auto& [id, watch] : watches_) {
        if (watch.fd != events[i].data.fd) continue;
        if (watch.silence) Listen(*watch.silence);
        result.push_back({id, FromEpoll(events[i].events)});
      }
    }
    return result;
  }

  void CallWatch(const Ready& ready) {
    std::unique_lock<std::mutex> lock(mutex_);
    auto found = watches_.find(ready.watch);
    // As it is now: another thread may have taken the socket out since epoll told of it, and will see to it.
    if (found == watches_.end() || found->second.events == 0) return;
    const Watch watch = found->second;
    lock.unlock();
    const int events = ready.events & (watch.events | VIR_EVENT_HANDLE_ERROR | VIR_EVENT_HANDLE_HANGUP);
    if (events != 0) watch.callback(ready.watch, watch.fd, events, watch.opaque.data);
  }

  const int epoll_;
  const int wake_;

  std::mutex mutex_;  // guards all below
  std::map<int, Watch> watches_;
  std::map<int, Timer> timers_;
  std::vector<Opaque> discarded_;
  int next_id_ = 1;
  bool sleeping_ = false;  // and nobody has woken it yet
  Clock::time_point sleeps_until_;
};

/// Never destroyed: its thread may still run while the process exits.
EventLoop& Loop() {
  static auto* loop = new EventLoop;
  return *loop;
}

/// Somebody else in the process, such as a second copy of this addon, may have registered a loop: libvirt keeps the
/// first.
bool IsOneRegistered() {
  const int timer = virEventAddTimeout(-1, [](int /*timer*/, void* /*opaque*/) {}, nullptr, nullptr);
  if (timer < 0) return false;
  virEventRemoveTimeout(timer);
  return true;
}

bool others = false;  // written before the thread that reads it starts

}  // namespace

Additions::Additions() : before_(std::exchange(noticed_by, this)) {}
Additions::~Additions() { noticed_by = before_; }

void EndWhenSilent(int timer, std::shared_ptr<Silence> silence, unsigned int most) {
  Loop().EndWhenSilent(timer, std::move(silence), most);
}

void RegisterEventLoop() {
  Loop();  // what can fail fails here, and not under libvirt
  others = IsOneRegistered();
  if (others) return;
  virEventRegisterImpl([](int fd, int events, virEventHandleCallback callback, void* data,
                          virFreeCallback release) { return Loop().AddWatch(fd, events, callback, {data, release}); },
                       [](int watch, int events) { Loop().UpdateWatch(watch, events); },
                       [](int watch) { return Loop().RemoveWatch(watch); },
                       [](int interval_ms, virEventTimeoutCallback callback, void* data, virFreeCallback release) {
                         return Loop().AddTimer(interval_ms, callback, {data, release});
                       },
                       [](int timer, int interval_ms) { Loop().UpdateTimer(timer, interval_ms); },
                       [](int timer) { return Loop().RemoveTimer(timer); });
}

void RunEventLoop() {
  if (!others) Loop().Run();
  // If it is libvirt's own, whose owner may not run it, we do. If not, that one has nothing to do and sleeps.
  for (;;) {
    if (virEventRunDefaultImpl() < 0) std::this_thread::sleep_for(kPauseAfterError);
  }
}

}  // namespace hvkit::libvirt
