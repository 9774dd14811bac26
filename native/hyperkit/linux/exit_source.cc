#include "hyperkit/exit_source.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "common/failure.h"
#include "hyperkit/linux/pid_fd.h"

namespace hvkit::hyperkit {

namespace {

constexpr size_t kAtOnce = 16;

Failure Failed(const char* what, int error) {
  return {"ERR_PROCESS", what + (": " + std::generic_category().message(error)), {{"errno", error}}};
}

}  // namespace

struct ExitSource::State {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  std::mutex mutex;
  std::map<uint64_t, PidFd> processes;  // guarded by mutex
};

ExitSource::ExitSource() : state_(new State) {
  if (state_->epoll == -1) {
    const int error = errno;
    delete state_;
    throw Failed("Processes could not be watched", error);
  }
}

bool ExitSource::Add(const Identity& identity, uint64_t key) {
  PidFd process(identity);
  if (!process.open()) return false;
  std::lock_guard<std::mutex> lock(state_->mutex);
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = key;
  if (epoll_ctl(state_->epoll, EPOLL_CTL_ADD, process.get(), &event) != 0) {
    throw Failed("A process could not be watched", errno);
  }
  state_->processes.emplace(key, std::move(process));
  return true;
}

void ExitSource::Remove(const Identity& /*identity*/, uint64_t key) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->processes.erase(key);  // closed, it is watched no more
}

std::vector<ExitSource::Ended> ExitSource::Wait() {
  std::array<epoll_event, kAtOnce> events = {};
  const int count = epoll_wait(state_->epoll, events.data(), events.size(), -1);
  std::vector<Ended> ended;
  std::lock_guard<std::mutex> lock(state_->mutex);
  for (int index = 0; index < count; ++index) {
    const uint64_t key = events.at(static_cast<size_t>(index)).data.u64;
    if (state_->processes.erase(key) > 0) ended.push_back({key, std::nullopt});
  }
  return ended;
}

}  // namespace hvkit::hyperkit
