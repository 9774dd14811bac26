import { spawn } from 'node:child_process';

import { HvError } from '../../errors';
import type { Purpose } from './kind';

/** What is to be signed. The private key stays where it was made. */
export interface SigningTask {
  purpose: Purpose;
  /** A certificate signing request, as PEM. */
  request: string;
  /** The common name. */
  subject: string;
  names: readonly string[];
  addresses: readonly string[];
  days: number;
}

/**
 * Signs in the place of hvkit's own CA: a company's. Answers as PEM with the certificate, then with those that vouch for it,
 * up to the CA that is to be trusted, which stands last.
 */
export type Signer = (task: SigningTask) => Promise<string>;

export interface SigningProgram {
  file: string;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

export interface SigningFunction {
  /** The module that it comes from. */
  file: string;
  sign: Signer;
  timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
/** Far more than any chain has. */
const MOST_OUTPUT = 2 ** 20;
const MOST_WORDS = 2000;

/**
 * A program as a signer: the request on its standard input, the certificates on its standard output. What it has to know besides
 * stands in its environment.
 */
export function programSigner(program: SigningProgram): Signer {
  return (task) => run(program, task);
}

/** A function of somebody's own as a signer. Others wait meanwhile, so one that never answers is given up. */
export function functionSigner({ file, sign, timeoutMs = TIMEOUT_MS }: SigningFunction): Signer {
  const failed = (why: string, cause?: unknown): HvError =>
    new HvError({ code: 'ERR_SIGNER', message: `${file}, which signs certificates, ${why}`, cause });
  return async (task) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(failed(tooLong(timeoutMs)));
      }, timeoutMs);
    });
    try {
      return await Promise.race([sign(task), late]);
    } catch (error) {
      throw HvError.is(error) ? error : failed(`failed: ${(error as Error).message}`, error);
    } finally {
      clearTimeout(timer);
    }
  };
}

function tooLong(milliseconds: number): string {
  return `took longer than ${Math.ceil(milliseconds / 1000)} s`;
}

function run(
  { file, args = [], env, timeoutMs = TIMEOUT_MS, signal }: SigningProgram,
  task: SigningTask,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const stopped = (): HvError =>
      new HvError({ code: 'ABORT_ERR', message: 'The wait for a certificate was aborted', cause: signal?.reason });
    if (signal?.aborted === true) {
      reject(stopped());
      return;
    }
    const out: Buffer[] = [];
    let size = 0;
    let words = '';
    let why: HvError | undefined;
    const failed = (message: string, cause?: unknown): HvError =>
      new HvError({
        code: 'ERR_SIGNER',
        message: `${file}, which signs certificates, ${message}${words.trim() === '' ? '' : `: ${words.trim()}`}`,
        hint: 'Give it a request to sign: it reads one from its standard input',
        cause,
      });
    // A group of its own, so that what it has started ends with it.
    const child = spawn(file, args, {
      stdio: 'pipe',
      detached: true,
      env: { ...(env ?? process.env), ...toldOf(task) },
    });
    const end = (error: HvError): void => {
      why ??= error;
      killGroup(child.pid);
      // What left the group may hold them for as long as it likes.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => {
      end(failed(tooLong(timeoutMs)));
    }, timeoutMs);
    const abort = (): void => {
      end(stopped());
    };
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (settled: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settled();
    };
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_OUTPUT) end(failed('wrote far more than certificates'));
      else out.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = `${words}${text}`.slice(-MOST_WORDS);
    });
    // One that does not read its input has failed or needs none: its status tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(task.request);
    child.on('error', (error) => {
      settle(() => {
        reject(failed(`cannot be run (${error.message})`, error));
      });
    });
    child.on('close', (status, killedBy) => {
      settle(() => {
        if (why !== undefined) reject(why);
        else if (status === 0) resolve(Buffer.concat(out).toString('utf8'));
        else reject(failed(killedBy === null ? `failed with status ${status ?? ''}` : `was ended by ${killedBy}`));
      });
    });
  });
}

function toldOf({ purpose, subject, names, addresses, days }: SigningTask): Record<string, string> {
  return {
    HVKIT_CERTIFICATE_PURPOSE: purpose,
    HVKIT_CERTIFICATE_SUBJECT: subject,
    HVKIT_CERTIFICATE_NAMES: names.join(' '),
    HVKIT_CERTIFICATE_ADDRESSES: addresses.join(' '),
    HVKIT_CERTIFICATE_DAYS: String(days),
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
