#include "common/spin.h"

#include <algorithm>
#include <thread>

namespace hvkit {

namespace {

constexpr std::chrono::microseconds kLongest{200};
// A wait that took longer says no more than that it took long.
constexpr std::chrono::milliseconds kCounted{1};
// A period begins with so many waits asleep, and is over after so many in all.
constexpr int kAsleep = 16;
constexpr int kPeriod = 512;
// So many waits may come out badly before it counts.
constexpr int kGrace = 2;
// Clearly shorter: it costs the CPU that it saves time with.
constexpr double kWorth = 0.9;

}  // namespace

void Spin::Begin() {
  begun_ = Clock::now();
  waiting_ = true;
}

bool Spin::Again() const {
  if (!awake_ || Clock::now() - begun_ > kLongest) return false;
  std::this_thread::yield();
  return true;
}

void Spin::Came() {
  if (!waiting_) return;
  waiting_ = false;
  const Clock::duration took = std::min<Clock::duration>(Clock::now() - begun_, kCounted);
  ++waits_;
  if (waits_ <= kAsleep) {
    asleep_ += took;
    awake_ = waits_ == kAsleep;
    return;
  }
  if (awake_) {
    spun_ += took;
    const int waits = waits_ - kAsleep;
    awake_ = spun_ < kWorth * asleep_ * (waits + kGrace) / kAsleep;
  }
  if (waits_ < kPeriod) return;
  *this = {};
}

}  // namespace hvkit
