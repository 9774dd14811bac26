import { HvError } from '../../errors';
import { loadAddon } from '../load';

/** A lock that is held. It is released by `releaseLock`, and also when this is collected or its environment ends. */
export interface LockHandle {
  readonly native: 'lock';
}

/** The addon: native/hyperkit. A failure rejects with plain data, of which `hyperkit` below makes the error that users see. */
interface Binding {
  /** null: somebody else holds it. `note` is a line that tells others who holds it. */
  takeLock(path: string, note: string): Promise<LockHandle | null>;
  releaseLock(lock: LockHandle): void;
  /** Absent where there is no such test for the system. */
  tryHypervisor?(device: string, milliseconds: number): Promise<Trial>;
  hypervisorSupport?(): Promise<boolean | null>;
  findProcess(pid: number): Promise<NativeProcess | null>;
  /** false: there is no such process any more. */
  signalProcess(pid: number, start: string, signal: number): Promise<boolean>;
  /** `wake` is called when there is something to take. */
  ProcessWatch: new (wake: () => void) => NativeProcessWatch;
}

/** native/hyperkit/process_watch.h. Of `start` and `watch` one is called, and once. */
export interface NativeProcessWatch {
  /** `log` receives what the program says, behind what is there. */
  start(file: string, argv: readonly string[], environment: readonly string[], log: string): Promise<NativeProcess>;
  watch(pid: number, start: string): Promise<void>;
  /** null: it has not ended, or this was taken before. */
  take(): NativeExit | null;
  stop(): void;
  /** Whether Node stays alive for it. */
  hold(hold: boolean): void;
}

/** native/hyperkit/process.h. */
export interface NativeProcess {
  pid: number;
  start: string;
  /** Empty where it cannot be known. */
  executable: string;
  /** Its name first. Empty where they cannot be known. */
  arguments: readonly string[];
  ended: boolean;
}

export interface NativeExit {
  code: number | null;
  signal: number | null;
}

/** native/hyperkit/trial.h: how far a tiny guest came. */
export interface Trial {
  step: 'open' | 'version' | 'vm' | 'memory' | 'processor' | 'run';
  /** Why that failed: its errno, 0 if it did not, and the system's words for it. */
  errno: number;
  error: string | null;
  marks: string;
  exit: number;
  exitDetail: number;
  whole: boolean;
  deadline: boolean;
  stuck: boolean;
  rounds: number;
  nanoseconds: number;
}

/** native/common/failure.h. */
interface NativeFailure {
  code: string;
  message: string;
  errno?: number;
}

let loaded: Binding | undefined;

/** Loaded by its first use. */
export function native(): Binding {
  loaded ??= loadAddon<Binding>('hyperkit');
  return loaded;
}

const HINTS: Readonly<Record<string, string>> = {
  ERR_LOCK_UNSUPPORTED: 'Keep the home of hvkit on a local file system: set HVKIT_HOME to a folder on one.',
  ERR_LOCK_FILE:
    'Make the folder of the file writable for yourself: everything in the home of hvkit belongs to its user.',
};

/** Calls the addon and gives its failure as an error. */
export async function callAddon<T>(call: (addon: Binding) => Promise<T>): Promise<T> {
  try {
    return await call(native());
  } catch (failure) {
    if (HvError.is(failure)) throw failure;
    const { code, message } = failure as NativeFailure;
    throw new HvError({ code, message, hint: HINTS[code] });
  }
}
