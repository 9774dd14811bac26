import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';

import { callAddon, type Trial } from './binding';
import { judgeSupport } from './mac-support';

/** Whether the processor runs guests here, with the hypervisor's help and at its own speed. */
export interface Virtualization {
  usable: boolean;
  /** Why it is not; `works` where it is. */
  reason: VirtualizationReason;
  /** The same for people, in a sentence. */
  detail: string;
  /** The next thing to type, where there is one. */
  hint?: string;
  /** Rounds of the shortest of loops that a guest went through in a second, where it came so far. */
  loopsPerSecond?: number;
}

export type VirtualizationReason =
  | 'works'
  /** There is no test for this system. */
  | 'unsupported'
  | 'no-device'
  /** This user may not open the device; another one, such as the system's libvirt, may. */
  | 'no-permission'
  | 'not-kvm'
  /** It could not make a virtual machine. */
  | 'refused'
  /** It made one, and did not run it well. */
  | 'broken'
  /** It runs it, many times slower than a processor would. */
  | 'slow'
  /** It did not come to an end. */
  | 'hangs';

export interface VirtualizationOptions {
  /** `/dev/kvm` unless told. */
  device?: string;
  /** How long the guest may take, which needs some milliseconds; a second unless told. */
  deadlineMs?: number;
}

const DEVICE = '/dev/kvm';
const CPUINFO = '/proc/cpuinfo';
const DEADLINE_MS = 1000;
/** Processors go through hundreds of millions, an emulator that calls itself KVM through two. */
const FEWEST_LOOPS = 20_000_000;

const NAMES: Readonly<Record<Trial['step'], string>> = {
  open: 'opening it',
  version: 'asking for its version',
  vm: 'making a virtual machine',
  memory: 'giving it memory',
  processor: 'giving it a processor',
  run: 'running it',
};
/** What a guest says of itself (native/hyperkit/linux/guest.h), and what it tries next. */
const NEXT: Readonly<Record<string, string>> = {
  '': 'its first instruction',
  P: 'the switch to 64-bit mode with paging',
  L: 'the instruction cmpxchg16b',
  C: 'a loop',
  S: 'a loop',
};

/**
 * Runs a few instructions in a virtual machine of their own, because a device that opens proves nothing: there are some that
 * fail at the first instruction of a kernel, or take minutes to boot it. The answer stays the same until the next boot, or
 * until the device's owner changes.
 */
export async function virtualization(options: VirtualizationOptions = {}): Promise<Virtualization> {
  const { device = DEVICE, deadlineMs = DEADLINE_MS } = options;
  const trial = await callAddon((addon) => addon.tryHypervisor?.(device, deadlineMs) ?? Promise.resolve(undefined));
  if (trial) return judge(trial, device, deadlineMs);
  const support = await callAddon((addon) => addon.hypervisorSupport?.() ?? Promise.resolve(undefined));
  if (support !== undefined) return judgeSupport(support);
  const detail = `hvkit has no test for virtualization on ${process.platform}-${process.arch}`;
  return { usable: false, reason: 'unsupported', detail };
}

function judge(trial: Trial, device: string, deadlineMs: number): Virtualization {
  const answer = verdict(trial, device, deadlineMs);
  const loopsPerSecond = trial.nanoseconds > 0 ? Math.round((trial.rounds * 1e9) / trial.nanoseconds) : undefined;
  if (loopsPerSecond === undefined) return answer;
  if (loopsPerSecond < FEWEST_LOOPS && (trial.whole || trial.deadline)) {
    const speed = `${(loopsPerSecond / 1e6).toFixed(1)} million rounds of a loop in a second`;
    const detail = `${device} runs a guest many times slower than the processor would: ${speed}`;
    return { usable: false, reason: 'slow', detail, loopsPerSecond };
  }
  return { ...answer, loopsPerSecond };
}

function verdict(trial: Trial, device: string, deadlineMs: number): Virtualization {
  if (trial.whole) return { usable: true, reason: 'works', detail: `${device} runs a guest at the processor's speed` };
  if (trial.deadline) return hangs(trial, device, deadlineMs);
  if (trial.step === 'open') return notOpened(trial, device);
  if (trial.step === 'version') {
    return no('not-kvm', `${device} is not the device of KVM: ${trial.error ?? 'it is silent'}`);
  }
  if (trial.step !== 'run') {
    return no('refused', `KVM failed at ${NAMES[trial.step]}: ${trial.error ?? 'no reason given'}`);
  }
  const where = NEXT[trial.marks.slice(-1)] ?? 'an instruction, which gave a wrong result';
  return no('broken', `KVM does not run a guest: it failed at ${where} (${endOf(trial)})`);
}

function hangs(trial: Trial, device: string, deadlineMs: number): Virtualization {
  const where = trial.step === 'run' ? (NEXT[trial.marks.slice(-1)] ?? 'an instruction') : NAMES[trial.step];
  const still = trial.stuck ? ', and cannot be stopped' : '';
  return no('hangs', `KVM did not come to an end at ${where} within ${deadlineMs} ms${still} (${device})`);
}

/** The numbers are KVM's own, KVM_EXIT_...: they are what others have met and written about. */
function endOf({ exit, exitDetail, error, marks }: Trial): string {
  if (error !== null) return error;
  if (exit === 17) return `KVM internal error, suberror ${exitDetail}${exitDetail === 1 ? ': emulation failure' : ''}`;
  if (exit === 9) return `entry to the guest failed, hardware reason 0x${exitDetail.toString(16)}`;
  if (exit === 8) return 'the guest shut down by a triple fault';
  return exit === -1 ? `it said "${marks}"` : `KVM exit ${exit}, detail 0x${exitDetail.toString(16)}`;
}

function notOpened({ errno, error }: Trial, device: string): Virtualization {
  const { EACCES, ENODEV, ENOENT, ENXIO, EPERM } = constants.errno;
  if (errno === EACCES || errno === EPERM) {
    const hint = 'Join the group that may, and log in again: sudo usermod -aG kvm "$USER"';
    return { ...no('no-permission', `This user may not open ${device}`), hint };
  }
  if (errno === ENOENT || errno === ENXIO || errno === ENODEV) return noDevice(device);
  return no('refused', `${device} could not be opened: ${error ?? 'no reason given'}`);
}

function noDevice(device: string): Virtualization {
  const cpuinfo = existsSync(CPUINFO) ? readFileSync(CPUINFO, 'utf8') : '';
  const [, flag] = /^flags\s*:.*\b(vmx|svm)\b/m.exec(cpuinfo) ?? [];
  if (flag !== undefined) {
    const detail = `There is no ${device}: the processor can virtualize, and the kernel's module is not loaded`;
    return { ...no('no-device', detail), hint: `sudo modprobe ${flag === 'vmx' ? 'kvm_intel' : 'kvm_amd'}` };
  }
  if (process.arch !== 'x64') return no('no-device', `There is no ${device}`);
  const detail = `There is no ${device}, and the processor offers no virtualization`;
  const hint =
    'Turn it on in the firmware (VT-x, AMD-V), or where this machine is itself a guest, in its hypervisor (nested).';
  return { ...no('no-device', detail), hint };
}

function no(reason: VirtualizationReason, detail: string): Virtualization {
  return { usable: false, reason, detail };
}
