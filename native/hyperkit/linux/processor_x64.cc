#if defined(__x86_64__)

#include <array>
#include <cstddef>
#include <cstdint>

#include "hyperkit/linux/guest.h"
#include "hyperkit/linux/kvm.h"

namespace hvkit::hyperkit {

namespace {

// Four pages below 4 GiB that Intel's processors need of the guest's addresses, where QEMU has them too.
constexpr uint64_t kIdentityMap = 0xfffbc000;
constexpr unsigned long kTaskState = 0xfffbd000;

constexpr uint32_t kMostCpuidEntries = 256;

constexpr uint16_t kCodeSelector = 8;
constexpr uint16_t kDataSelector = 16;
constexpr uint64_t kProtectedMode = 0x11;
constexpr uint64_t kFlagsAtFirst = 2;

kvm_segment Flat(uint16_t selector, uint8_t type) {
  kvm_segment segment = {};
  segment.limit = 0xffffffff;
  segment.selector = selector;
  segment.type = type;
  segment.present = 1;
  segment.db = 1;
  segment.s = 1;
  segment.g = 1;
  return segment;
}

/// Without them the guest's processor has no long mode to offer.
void GiveFeatures(int kvm, int cpu) {
  struct {
    CpuidHead head;
    std::array<kvm_cpuid_entry2, kMostCpuidEntries> entries;
  } features = {};
  features.head.entries = kMostCpuidEntries;
  KvmCall(kvm, kGetSupportedCpuid, &features);
  KvmCall(cpu, kSetCpuid, &features);
}

}  // namespace

void PrepareMachine(int vm) {
  KvmCall(vm, KVM_SET_IDENTITY_MAP_ADDR, &kIdentityMap);
  KvmCall(vm, KVM_SET_TSS_ADDR, kTaskState);
}

void PrepareProcessor(int kvm, int /*vm*/, int cpu) {
  GiveFeatures(kvm, cpu);
  kvm_sregs system = {};
  KvmCall(cpu, KVM_GET_SREGS, &system);
  constexpr uint8_t kCode = 11;
  constexpr uint8_t kData = 3;
  system.cs = Flat(kCodeSelector, kCode);
  system.ds = system.es = system.fs = system.gs = system.ss = Flat(kDataSelector, kData);
  system.cr0 = kProtectedMode;
  KvmCall(cpu, KVM_SET_SREGS, &system);
  kvm_regs registers = {};
  registers.rip = kGuestAddress;
  registers.rflags = kFlagsAtFirst;
  KvmCall(cpu, KVM_SET_REGS, &registers);
}

char MarkOf(const kvm_run& run) {
  if (run.exit_reason != KVM_EXIT_IO || run.io.direction != KVM_EXIT_IO_OUT || run.io.port != kGuestOutput) return 0;
  return reinterpret_cast<const char*>(&run)[run.io.data_offset];
}

uint32_t RoundsLeft(int cpu) {
  kvm_regs registers = {};
  KvmCall(cpu, KVM_GET_REGS, &registers);
  return static_cast<uint32_t>(registers.rcx);
}

}  // namespace hvkit::hyperkit

#endif
