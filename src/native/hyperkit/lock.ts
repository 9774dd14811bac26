import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { callAddon, native, type LockHandle } from './binding';

export interface LockOptions {
  /** What is locked, as the error that says so begins: `Machine "dev"`. */
  description: string;
  /** How long to wait for another holder; 5 seconds unless told. 0: not at all. */
  waitMs?: number;
  signal?: AbortSignal | undefined;
  /** What others are told of this holder: its command line unless told. */
  command?: string;
}

/** Who holds a lock, by its own account. */
export interface LockHolder {
  pid: number;
  command: string;
  /** ISO 8601. */
  since: string;
}

const WAIT_MS = 5000;
/** The kernel tells nobody that a lock became free: it has to be tried, often at first. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 200;
const PAUSE_GROWTH = 1.5;
const LONGEST_COMMAND = 200;

/** A lock that is held, until `release()` or the end of the process. */
export class FileLock {
  readonly path: string;
  readonly #handle: LockHandle;

  /** @internal */
  constructor(path: string, handle: LockHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** A second time does nothing. */
  release(): void {
    native().releaseLock(this.#handle);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.release();
    return Promise.resolve();
  }
}

/**
 * Locks a file, which is made where it is not there, against every other lock of it: of other processes, of other threads, of
 * this one. The kernel releases it when the process dies. Children do not inherit it. The file is never deleted.
 */
export async function lockFile(path: string, options: LockOptions): Promise<FileLock> {
  const { waitMs = WAIT_MS, signal } = options;
  const note = noteOf(options.command ?? commandLine());
  if (signal?.aborted) throw aborted(`The work on ${options.description} was aborted before it began`, signal.reason);
  const deadline = performance.now() + waitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
    const handle = await callAddon((addon) => addon.takeLock(path, note));
    if (handle) return new FileLock(path, handle);
    const left = deadline - performance.now();
    if (left <= 0) throw await locked(path, options.description);
    await wait(Math.min(pause, left), options);
  }
}

/** Who holds the lock, or held it last and died; undefined if nobody does. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new HvError({ code: 'ERR_LOCK_FILE', message: `The lock file ${path} could not be read`, cause: error });
  });
  const [line = ''] = text.split('\n');
  return line === '' ? undefined : holderOf(line);
}

function holderOf(line: string): LockHolder | undefined {
  let holder: unknown;
  try {
    holder = JSON.parse(line);
  } catch {
    return undefined; // another program's: nothing in it is known to us
  }
  if (typeof holder !== 'object' || holder === null) return undefined;
  const { pid, command, since } = holder as Readonly<Record<string, unknown>>;
  const isHolder = typeof pid === 'number' && typeof command === 'string' && typeof since === 'string';
  return isHolder ? { pid, command, since } : undefined;
}

async function locked(path: string, description: string): Promise<HvError> {
  const holder = await lockHolder(path);
  if (!holder) {
    return new HvError({
      code: 'ERR_LOCKED',
      message: `${description} is being changed by another process, which holds ${path}`,
      hint: `Try again when it has ended. Who it is: fuser ${path}`,
    });
  }
  const { pid, command, since } = holder;
  const process_ = pid === process.pid ? `pid ${pid}, this process` : `pid ${pid}`;
  return new HvError({
    code: 'ERR_LOCKED',
    message: `${description} is being changed by ${command} (${process_}), since ${since}`,
    hint: 'Try again when it has ended.',
  });
}

async function wait(ms: number, { description, signal }: LockOptions): Promise<void> {
  try {
    await delay(ms, undefined, signal && { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw aborted(`The wait for ${description}, which another process is changing, was aborted`, signal.reason);
  }
}

function aborted(message: string, reason: unknown): HvError {
  return new HvError({ code: 'ABORT_ERR', message, cause: reason });
}

function noteOf(command: string): string {
  const holder: LockHolder = { pid: process.pid, command, since: new Date().toISOString() };
  return JSON.stringify(holder);
}

/** `hvkit stop dev` and not the path of Node and of the program; without what a URL has of a login. */
function commandLine(): string {
  const [program = process.execPath, ...args] = process.argv.slice(1);
  const words = [basename(program), ...args].map((word) => word.replaceAll(/(?<=:\/\/)[^/@\s]*@/g, ''));
  return words.join(' ').slice(0, LONGEST_COMMAND);
}
