#include "common/exit_gate.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace hvkit {

namespace {

constexpr std::chrono::milliseconds kPatience{100};
constexpr std::chrono::milliseconds kLook{1};

// Per process, because its end is. Plain atomics: nothing of this may itself be destroyed at exit.
std::atomic<bool> ending{false};
std::atomic<int> inside{0};

void OnExit() {
  ending = true;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (inside > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(kLook);
}

void WatchExit() {
  // Registered after the libraries were loaded, so it runs before their destructors.
  static const int registered = std::atexit(OnExit);
  static_cast<void>(registered);
}

}  // namespace

ExitGate::ExitGate() {
  WatchExit();
  ++inside;
  if (!ending) return;
  --inside;
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

ExitGate::~ExitGate() { --inside; }

}  // namespace hvkit
