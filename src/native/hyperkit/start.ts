import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { sizeOf } from '../../files';
import { startProcess, type ProcessExit, type Program, type WatchedProcess } from './process';

export interface HypervisorStart extends Program {
  /** What it is called in errors, where it is started through another program; else by its file. */
  name?: string;
  /** What has to come before the window begins. Ended by its signal. */
  until?: (signal: AbortSignal) => Promise<unknown>;
  /** For how long it must not end to count as started; 300 ms unless told. Whoever waits for its guest is told of a later end. */
  windowMs?: number;
}

const WINDOW_MS = 300;
/** What it said last is read up to this; of that, so many lines are told. */
const TAIL_BYTES = 4096;
const TAIL_LINES = 5;
/** EX_USAGE of sysexits(3), by which hyperkit refuses some of its arguments. */
const USAGE = 64;

interface Cause {
  code: string;
  pattern: RegExp;
  /** Follows the program's name. */
  what: string;
  hint: string;
}

const ARGUMENT: Omit<Cause, 'pattern'> = {
  code: 'ERR_HYPERVISOR_ARGUMENT',
  what: 'does not take the arguments that it was given',
  hint: 'It may be of another version than hvkit knows: hyperkit -v',
};

/** hyperkit's words, from its source. Those of Hypervisor.framework are numbers where hyperkit has no name for them. */
const CAUSES: readonly Cause[] = [
  {
    code: 'ERR_HYPERVISOR_ENTITLEMENT',
    pattern: /hv_vm_create unknown error 0xfae94007|permission denied or no entitlement/,
    what: 'may not use virtualization or its network here',
    hint: 'Its binary must be signed with the entitlement com.apple.security.hypervisor: codesign -d --entitlements - "$(which hyperkit)"',
  },
  {
    code: 'ERR_HYPERVISOR_UNSUPPORTED',
    pattern: /vmx_init: processor |HV_UNSUPPORTED|HV_NO_DEVICE|0xfae9400f|0xfae94006/,
    what: 'finds no virtualization in this processor',
    hint: 'See what the system says: sysctl kern.hv_support',
  },
  {
    code: 'ERR_HYPERVISOR_BUSY',
    pattern: /HV_BUSY|HV_NO_RESOURCES|Could not lock backing file/,
    what: 'finds in use what it needs',
    hint: 'Another virtual machine has it. End that one, and try again.',
  },
  {
    ...ARGUMENT,
    pattern:
      /^Usage: |(illegal|invalid) option|Invalid (PCI slot|firmware|device option|guest vCPUs|MAC|sector size)|already occupied!|unknown device "|invalid (lpc device|memsize)|vCPUs requested/m,
  },
];

/**
 * Starts a hypervisor that is a program. What ends it in its first moments (an argument it does not take, no permission, no
 * virtualization) is the error, with its own last words.
 */
export async function startHypervisor(start: HypervisorStart): Promise<WatchedProcess> {
  const { windowMs = WINDOW_MS, name = start.file, until, ...program } = start;
  const before = await lengthOf(program.log);
  const running = await startProcess(program);
  const settled = new AbortController();
  try {
    const lasted = async (): Promise<undefined> => {
      await until?.(settled.signal);
      await delay(windowMs, undefined, { signal: settled.signal });
    };
    const exit = await Promise.race([running.exit(settled.signal), lasted()]);
    if (!exit) return running;
    throw hypervisorFailure(name, exit, await hypervisorSaid(program.log, before));
  } finally {
    settled.abort();
  }
}

/** hyperkit's status where the guest's processor came to nothing. */
const TRIPLE_FAULT = 3;
const BROKEN_GUEST: Omit<Cause, 'pattern'> = {
  code: 'ERR_GUEST_FAILED',
  what: 'says that its guest broke: the processor ended in a triple fault',
  hint: 'The kernel, or what it was given, is not for this machine: hvkit logs shows how far it came.',
};

/** Why a hypervisor ended that should not have, by its status and what it said. */
export function hypervisorFailure(file: string, exit: ProcessExit, said: string): HvError {
  const cause =
    exit.code === TRIPLE_FAULT ? BROKEN_GUEST : (causeIn(said) ?? (exit.code === USAGE ? ARGUMENT : undefined));
  const { code, what, hint } = cause ?? {
    code: 'ERR_HYPERVISOR_START',
    what: 'ended as soon as it was started',
    hint: undefined,
  };
  const lines = said.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  const words = lines === '' ? '; it said nothing' : `. It said:\n${lines}`;
  return new HvError({ code, message: `${basename(file)} ${what}: it ${endOf(exit)}${words}`, hint });
}

function causeIn(said: string): Cause | undefined {
  return CAUSES.find(({ pattern }) => pattern.test(said));
}

function endOf({ code, signal }: ProcessExit): string {
  if (signal !== null) return `was ended by ${signal}`;
  return code === null ? 'ended' : `exited with status ${code}`;
}

async function lengthOf(log: string): Promise<number> {
  try {
    return (await sizeOf(log)) ?? 0;
  } catch (error) {
    throw logFailed(log, error);
  }
}

/** The last that a hypervisor said, as far as errors tell it. */
export async function hypervisorSaid(path: string, from = 0): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const start = Math.max(from, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw logFailed(path, error);
  }
}

function logFailed(path: string, cause: unknown): HvError {
  return new HvError({ code: 'ERR_PROCESS', message: `The log ${path} could not be read`, cause });
}
