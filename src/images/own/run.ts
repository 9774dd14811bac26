import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

import { HvError } from '../../errors';

export interface RunOptions {
  cwd?: string;
  signal?: AbortSignal;
  /** Beside the environment that is there. */
  env?: Readonly<Record<string, string>>;
  /** What it writes beside what it prints, for a program that ends well whatever happens. */
  onMessages?: (text: string) => void;
}

/** What a program prints, as text. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return (await runWith(program, args, options, buffer)).toString('utf8');
}

/** Runs a program of the host's to its end, and hands what it prints to `read`. Its messages become the error's. */
export async function runWith<T>(
  program: string,
  args: readonly string[],
  { cwd, signal, env, onMessages }: RunOptions,
  read: (output: Readable) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Programs that are parsed speak English. Debian leaves what is usually root's out of a user's PATH.
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C', ...env },
  });
  const ended = new Promise<{ status: number | null; failure?: Error }>((resolve) => {
    child.once('error', (failure) => {
      resolve({ status: null, failure });
    });
    child.once('close', (status) => {
      resolve({ status });
    });
  });
  const [result, messages, end] = await Promise.all([
    read(child.stdout).catch((error: unknown) => ({ unread: error })),
    buffer(child.stderr).catch(() => Buffer.alloc(0)),
    ended,
  ]);
  signal?.throwIfAborted();
  if (end.failure) throw notStarted(program, end.failure);
  if (end.status !== 0) throw failed(program, args, messages.toString('utf8'));
  onMessages?.(messages.toString('utf8'));
  if (typeof result === 'object' && result !== null && 'unread' in result) throw result.unread;
  return result;
}

function notStarted(program: string, failure: Error): HvError {
  const missing = 'code' in failure && failure.code === 'ENOENT';
  return new HvError({
    code: 'ERR_PROGRAM_MISSING',
    message: missing ? `${program} is not installed` : `${program} could not be started: ${failure.message}`,
    hint: missing ? `On Debian and Ubuntu: sudo apt-get install ${PACKAGES[program] ?? program}` : undefined,
    cause: failure,
  });
}

const PACKAGES: Readonly<Record<string, string>> = {
  'dpkg-deb': 'dpkg',
  'apt-get': 'apt',
  'apt-cache': 'apt',
  xz: 'xz-utils',
  mke2fs: 'e2fsprogs',
  debugfs: 'e2fsprogs',
  e2fsck: 'e2fsprogs',
};

function failed(program: string, args: readonly string[], messages: string): HvError {
  const words = messages.trim().split('\n').slice(-5).join('\n');
  return new HvError({
    code: 'ERR_PROGRAM_FAILED',
    message: `${program} ${args.find((arg) => /^[a-z]/.test(arg)) ?? ''} failed: ${words || 'it said nothing'}`,
  });
}
