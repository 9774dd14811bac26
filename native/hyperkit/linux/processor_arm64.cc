#if defined(__aarch64__)

#include <asm/ptrace.h>

#include <cstddef>
#include <cstdint>

#include "hyperkit/linux/guest.h"
#include "hyperkit/linux/kvm.h"

namespace hvkit::hyperkit {

namespace {

/// The number by which KVM knows a field of its table of registers, all of them 64 bits wide.
constexpr uint64_t RegisterAt(size_t offset) {
  return KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | offset / sizeof(uint32_t);
}

constexpr uint64_t kFirstRegister = RegisterAt(offsetof(kvm_regs, regs.regs));
constexpr uint64_t kProgramCounter = RegisterAt(offsetof(kvm_regs, regs.pc));

}  // namespace

void PrepareMachine(int /*vm*/) {}

void PrepareProcessor(int /*kvm*/, int vm, int cpu) {
  kvm_vcpu_init kind = {};
  KvmCall(vm, KVM_ARM_PREFERRED_TARGET, &kind);
  KvmCall(cpu, KVM_ARM_VCPU_INIT, &kind);
  const uint64_t start = kGuestAddress;
  const kvm_one_reg counter = {kProgramCounter, reinterpret_cast<uintptr_t>(&start)};
  KvmCall(cpu, KVM_SET_ONE_REG, &counter);
}

char MarkOf(const kvm_run& run) {
  if (run.exit_reason != KVM_EXIT_MMIO || run.mmio.is_write == 0 || run.mmio.phys_addr != kGuestOutput) return 0;
  return static_cast<char>(run.mmio.data[0]);
}

uint32_t RoundsLeft(int cpu) {
  uint64_t value = 0;
  const kvm_one_reg counter = {kFirstRegister, reinterpret_cast<uintptr_t>(&value)};
  KvmCall(cpu, KVM_GET_ONE_REG, &counter);
  return static_cast<uint32_t>(value);
}

}  // namespace hvkit::hyperkit

#endif
