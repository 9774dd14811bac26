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
