#pragma once

#include <linux/kvm.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace hvkit::hyperkit {

/// What is tried just now, for whoever waits for it: `open`, `version`, `vm`, `memory`, `processor`, `run`.
using Step = std::atomic<const char*>;

/// An errno. What failed is the step that is tried.
struct StepFailed {
  int error;
};

/// One of KVM's own calls. Throws StepFailed.
int KvmCall(int fd, unsigned long request, const void* argument);
/// The same for a call whose argument is a number.
int KvmCall(int fd, unsigned long request, unsigned long argument);

/// Structures that end in as many items as their user wants have another size in C++ than in C, in the kernel's headers
/// of some releases (5.18 to 6.5), and the size is a part of the call's number. So ours stand for them: the head alone.
struct CpuidHead {
  uint32_t entries;
  uint32_t padding;
};
constexpr unsigned long kGetSupportedCpuid = _IOWR(KVMIO, 0x05, CpuidHead);
constexpr unsigned long kSetCpuid = _IOW(KVMIO, 0x90, CpuidHead);
struct SignalMaskHead {
  uint32_t bytes;
};
constexpr unsigned long kSetSignalMask = _IOW(KVMIO, 0x8b, SignalMaskHead);

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {
    if (fd_ == -1) throw StepFailed{errno};
  }
  ~Descriptor() { close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  const int fd_;
};

class Pages {
 public:
  Pages(size_t size, int flags, int fd)
      : size_(size), start_(mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0)) {
    if (start_ == MAP_FAILED) throw StepFailed{errno};
  }
  ~Pages() { munmap(start_, size_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  void* get() const { return start_; }

 private:
  const size_t size_;
  void* const start_;
};

// What differs from processor to processor: processor_x64.cc, processor_arm64.cc.

/// Before the virtual machine has a processor.
void PrepareMachine(int vm);
/// Sets the processor to where the guest begins.
void PrepareProcessor(int kvm, int vm, int cpu);
/// The character that the guest has put out, or 0 if that is not why its run ended.
char MarkOf(const kvm_run& run);
/// While the guest counts.
uint32_t RoundsLeft(int cpu);

}  // namespace hvkit::hyperkit
