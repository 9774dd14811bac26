import { constants } from 'node:os';

import { HvError } from '../../errors';
import { callAddon, native, type NativeExit, type NativeProcess, type NativeProcessWatch } from './binding';

/** One process, and never a later one that was given its pid. Plain data, to be stored. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the system's own terms. To be compared, not to be read. */
  readonly start: string;
  /** The file that it runs, where this user may know. For people: `pid` and `start` tell processes apart. */
  readonly executable?: string;
}

/** How a process ended. Both are null for one that another process started: the system tells its status to that one alone. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program {
  /** An absolute path. */
  file: string;
  args?: readonly string[];
  /** All of its environment; unless told, the few variables that any program wants. */
  env?: Readonly<Record<string, string>>;
  /** The file that receives what it says, behind what is there. */
  log: string;
}

const WANTED_BY_ANY = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ'];
/** Of those with two names (SIGABRT, SIGIOT) the first counts, as everywhere in Node. */
const SIGNALS = new Map(
  Object.entries(constants.signals)
    .reverse()
    .map(([name, number]) => [number, name as NodeJS.Signals]),
);

/** A process whose end is watched. Node stays alive for it only while an `exit()` waits. */
export class WatchedProcess {
  readonly identity: ProcessIdentity;
  readonly #watch: NativeProcessWatch;
  readonly #exit: Promise<ProcessExit>;
  #waiting = 0;

  /** @internal */
  constructor(identity: ProcessIdentity, watch: NativeProcessWatch, exit: Promise<ProcessExit>) {
    this.identity = identity;
    this.#watch = watch;
    this.#exit = exit;
  }

  /** Resolves when it has ended. Rejects with `ABORT_ERR` if the signal comes first. */
  async exit(signal?: AbortSignal): Promise<ProcessExit> {
    this.#watch.hold(++this.#waiting > 0);
    try {
      return await untilAborted(this.#exit, this.identity, signal);
    } finally {
      this.#watch.hold(--this.#waiting > 0);
    }
  }

  /** Watches it no more; an `exit()` that waits never resolves. The process is left as it is. */
  close(): void {
    this.#watch.stop();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Starts a program that goes on when this process ends: as the leader of a session of its own, in the root folder, without
 * input, with nothing of this process's open. Rejects if it cannot be started; how it fares is for its `exit()` to tell.
 */
export function startProcess(program: Program): Promise<WatchedProcess> {
  const { file, args = [], env = usualEnvironment(), log } = program;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return watched(async (watch) =>
    identityOf(await callAddon(() => watch.start(file, [file, ...args], variables, log))),
  );
}

/** Watches a process that somebody started, also one that has ended: then `exit()` resolves at once. */
export function watchProcess(identity: ProcessIdentity): Promise<WatchedProcess> {
  return watched(async (watch) => {
    await callAddon(() => watch.watch(identity.pid, identity.start));
    return identity;
  });
}

/** The process that has this pid now; undefined if none runs. */
export async function findProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const found = await callAddon((addon) => addon.findProcess(pid));
  return found && !found.ended ? identityOf(found) : undefined;
}

/** The same, if it was called with these arguments, one behind the other. */
export async function findProgram(pid: number, args: readonly string[]): Promise<ProcessIdentity | undefined> {
  const found = await callAddon((addon) => addon.findProcess(pid));
  if (!found || found.ended) return undefined;
  const at = (start: number): boolean => args.every((each, index) => found.arguments[start + index] === each);
  return found.arguments.some((_, start) => at(start)) ? identityOf(found) : undefined;
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const found = await findProcess(identity.pid);
  return found?.start === identity.start;
}

/** Signals this very process; false if it has ended. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<boolean> {
  const number = constants.signals[signal];
  return callAddon((addon) => addon.signalProcess(identity.pid, identity.start, number));
}

/** Watches whatever `begin` names: a process that it starts, or one that is there. */
async function watched(begin: (watch: NativeProcessWatch) => Promise<ProcessIdentity>): Promise<WatchedProcess> {
  let tell: (exit: ProcessExit) => void = () => undefined;
  const exit = new Promise<ProcessExit>((resolve) => {
    tell = resolve;
  });
  const watch: NativeProcessWatch = new (native().ProcessWatch)(() => {
    const ended = watch.take();
    if (!ended) return;
    watch.stop();
    tell(exitOf(ended));
  });
  try {
    return new WatchedProcess(await begin(watch), watch, exit);
  } catch (error) {
    watch.stop();
    throw error;
  }
}

function identityOf({ pid, start, executable }: NativeProcess): ProcessIdentity {
  return executable === '' ? { pid, start } : { pid, start, executable };
}

function exitOf({ code, signal }: NativeExit): ProcessExit {
  return { code, signal: signal === null ? null : (SIGNALS.get(signal) ?? null) };
}

function usualEnvironment(): Record<string, string> {
  const names = WANTED_BY_ANY.filter((name) => process.env[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

function untilAborted<T>(promise: Promise<T>, identity: ProcessIdentity, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      const message = `The wait for the end of process ${identity.pid} was aborted`;
      reject(new HvError({ code: 'ABORT_ERR', message, cause: signal.reason }));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
