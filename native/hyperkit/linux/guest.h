#pragma once

#include <cstddef>
#include <cstdint>

// A guest of some dozen instructions, written for the processor that this is compiled for (guest_x64.cc,
// guest_arm64.cc). It does what a kernel does first, says by single characters how far it came, and counts down from
// kGuestRounds.
extern "C" {
extern const uint8_t hvkit_guest[];
extern const uint8_t hvkit_guest_end[];
}

namespace hvkit::hyperkit {

/// What the guest says of itself, each when it has come so far. Anything else: it found something wrong.
enum GuestMark : char {
  kStarted = 'P',
  kLongMode = 'L',  // x86-64: 64-bit code and paging
  kWideSwap = 'C',  // x86-64: cmpxchg16b
  kCounting = 'S',
  kCounted = 'E',
};

constexpr uint32_t kGuestRounds = 4'000'000;

#if defined(__aarch64__)
/// Where RAM and the first serial line are in QEMU's machine `virt`: there it runs as it is.
constexpr uint64_t kGuestAddress = 0x40000000;
constexpr uint64_t kGuestOutput = 0x09000000;
constexpr size_t kGuestMemory = 0x10000;
#else
/// Where a multiboot loader would put it, and the port of QEMU's debug console: there it runs as it is.
constexpr uint64_t kGuestAddress = 0x100000;
constexpr uint16_t kGuestOutput = 0xe9;
/// The code, and three pages for the tables that it makes.
constexpr size_t kGuestMemory = 0x4000;
#endif

}  // namespace hvkit::hyperkit
