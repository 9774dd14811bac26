#include "hyperkit/trial.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <ctime>
#include <memory>
#include <mutex>
#include <utility>

#include "common/thread.h"
#include "hyperkit/linux/guest.h"
#include "hyperkit/linux/kvm.h"

namespace hvkit::hyperkit {

namespace {

/// Whatever goes wrong with it, nothing happens: what it does where nobody handles it is nothing.
constexpr int kKick = SIGURG;
/// For the hypervisor to let go of a thread that was kicked.
constexpr std::chrono::milliseconds kGrace{500};

constexpr int kApiVersion = 12;
/// The kernel's set of signals is smaller than the C library's.
constexpr size_t kSignalBytes = 8;

/// Shared by the thread that runs the guest and the one that waits for it. The latter may be gone first.
struct Attempt {
  std::mutex mutex;
  std::condition_variable changed;
  bool running = false;  // `thread` is a thread; this and below guarded by mutex
  bool done = false;
  pthread_t thread = {};
  Trial trial;

  Step step{"open"};
  std::atomic<bool> cut{false};
};

// Each sets the step, and returns what the next one needs.

int OpenDevice(const std::string& device, Step& step) {
  step = "open";
  return open(device.c_str(), O_RDWR | O_CLOEXEC);
}

int MakeMachine(int kvm, Step& step) {
  step = "version";
  if (KvmCall(kvm, KVM_GET_API_VERSION, 0UL) != kApiVersion) throw StepFailed{EPROTO};
  step = "vm";
  return KvmCall(kvm, KVM_CREATE_VM, 0UL);
}

int MakeProcessor(int vm, void* memory, Step& step) {
  step = "memory";
  std::memcpy(memory, hvkit_guest, static_cast<size_t>(hvkit_guest_end - hvkit_guest));
  kvm_userspace_memory_region region = {};
  region.guest_phys_addr = kGuestAddress;
  region.memory_size = kGuestMemory;
  region.userspace_addr = reinterpret_cast<uintptr_t>(memory);
  KvmCall(vm, KVM_SET_USER_MEMORY_REGION, &region);
  step = "processor";
  PrepareMachine(vm);
  return KvmCall(vm, KVM_CREATE_VCPU, 0UL);
}

/// The kick is blocked in this thread as all signals are, so that no handler of the program's ever sees it. Only KVM
/// lets it through, and only to end a run: it stays pending, and goes with the thread. One that comes between two runs
/// ends the next one.
void LetKickEndRuns(int cpu) {
  struct {
    SignalMaskHead head;
    std::array<uint8_t, kSignalBytes> blocked;
  } mask = {};
  mask.head.bytes = kSignalBytes;
  mask.blocked.fill(0xff);
  mask.blocked.at((kKick - 1) / 8) &= static_cast<uint8_t>(~(1U << ((kKick - 1) % 8)));
  KvmCall(cpu, kSetSignalMask, &mask);
}

/// What is made here is undone in the opposite order.
class Machine {
 public:
  Machine(const std::string& device, Step& step)
      : kvm_(OpenDevice(device, step)),
        vm_(MakeMachine(kvm_.get(), step)),
        memory_(kGuestMemory, MAP_PRIVATE | MAP_ANONYMOUS, -1),
        cpu_(MakeProcessor(vm_.get(), memory_.get(), step)),
        run_(static_cast<size_t>(KvmCall(kvm_.get(), KVM_GET_VCPU_MMAP_SIZE, 0UL)), MAP_SHARED, cpu_.get()) {
    PrepareProcessor(kvm_.get(), vm_.get(), cpu_.get());
    LetKickEndRuns(cpu_.get());
    step = "run";
  }

  int cpu() const { return cpu_.get(); }
  const kvm_run& state() const { return *static_cast<const kvm_run*>(run_.get()); }

  /// Until the guest does what somebody else has to answer. False: it was interrupted.
  bool Run() {
    if (ioctl(cpu_.get(), KVM_RUN, 0) == 0) return true;
    if (errno == EINTR) return false;
    throw StepFailed{errno};
  }

 private:
  Descriptor kvm_;
  Descriptor vm_;
  Pages memory_;
  Descriptor cpu_;
  Pages run_;
};

uint64_t DetailOf(const kvm_run& run) {
  switch (run.exit_reason) {
    case KVM_EXIT_INTERNAL_ERROR: return run.internal.suberror;
    case KVM_EXIT_FAIL_ENTRY: return run.fail_entry.hardware_entry_failure_reason;
    case KVM_EXIT_UNKNOWN: return run.hw.hardware_exit_reason;
    case KVM_EXIT_MMIO: return run.mmio.phys_addr;
    default: return 0;
  }
}

/// What this thread has used of a processor, with what its guest has: other programs' turns do not count.
uint64_t ProcessorTime() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  constexpr uint64_t kSecond = 1'000'000'000;
  return static_cast<uint64_t>(time.tv_sec) * kSecond + static_cast<uint64_t>(time.tv_nsec);
}

void RunGuest(Machine& machine, const std::atomic<bool>& cut, Trial& trial) {
  uint64_t began = 0;
  for (;;) {
    if (!machine.Run()) {
      if (!cut) continue;
      trial.deadline = true;
      if (began != 0) {
        trial.nanoseconds = ProcessorTime() - began;
        trial.rounds = kGuestRounds - RoundsLeft(machine.cpu());
      }
      return;
    }
    const char mark = MarkOf(machine.state());
    if (mark == 0) {
      trial.exit = static_cast<int>(machine.state().exit_reason);
      trial.exit_detail = DetailOf(machine.state());
      return;
    }
    trial.marks += mark;
    if (mark == kCounting) began = ProcessorTime();
    if (mark == kCounted) {
      trial.nanoseconds = ProcessorTime() - began;
      trial.rounds = kGuestRounds;
      trial.whole = true;
      return;
    }
  }
}

Trial Try(const std::string& device, Attempt& attempt) {
  Trial trial;
  try {
    Machine machine(device, attempt.step);
    RunGuest(machine, attempt.cut, trial);
  } catch (const StepFailed& failed) {
    trial.error = failed.error;
  }
  trial.step = attempt.step;
  return trial;
}

}  // namespace

int KvmCall(int fd, unsigned long request, const void* argument) {
  const int result = ioctl(fd, request, argument);
  if (result == -1) throw StepFailed{errno};
  return result;
}

int KvmCall(int fd, unsigned long request, unsigned long argument) {
  return KvmCall(fd, request, reinterpret_cast<const void*>(argument));  // NOLINT(performance-no-int-to-ptr)
}

Trial TryHypervisor(const std::string& device, std::chrono::milliseconds deadline) {
  auto attempt = std::make_shared<Attempt>();
  // A thread of its own, which a hypervisor that never comes back may keep.
  StartThread([attempt, device] {
    {
      std::lock_guard<std::mutex> lock(attempt->mutex);
      attempt->thread = pthread_self();
      attempt->running = true;
    }
    Trial trial = Try(device, *attempt);
    std::lock_guard<std::mutex> lock(attempt->mutex);
    attempt->running = false;
    attempt->done = true;
    attempt->trial = std::move(trial);
    attempt->changed.notify_all();
  });

  std::unique_lock<std::mutex> lock(attempt->mutex);
  auto done = [&] { return attempt->done; };
  if (!attempt->changed.wait_for(lock, deadline, done)) {
    attempt->cut = true;
    // Under the mutex, without which it cannot end.
    if (attempt->running) pthread_kill(attempt->thread, kKick);
    if (!attempt->changed.wait_for(lock, kGrace, done)) {
      Trial trial;
      trial.step = attempt->step;
      trial.deadline = true;
      trial.stuck = true;
      return trial;
    }
  }
  return attempt->trial;
}

}  // namespace hvkit::hyperkit
