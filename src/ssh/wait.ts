import { setTimeout as sleep } from 'node:timers/promises';

import { HvError } from '../errors';
import { agentSocket, type ConnectOptions, SshClient } from './client';
import { placeOf } from './failure';
import { identityOf } from './identity';
import { firstHello } from './knock';
import { ssh2 } from './library';
import type { SshTarget } from './target';

export interface WaitOptions extends Omit<ConnectOptions, 'timeoutMs'> {
  /** When to give up, as Date.now() counts. */
  deadline: number;
  /** Called after each attempt that failed. */
  onAttempt?: (attempt: Attempt) => void;
}

/** One that failed. */
export interface Attempt {
  /** Counted from 1. */
  number: number;
  error: Error;
  /** Since the waiting began. */
  elapsedMs: number;
}

/** One connection's keys and login, on a machine that is busy booting. */
const LOGIN = 30_000;

/**
 * What is wrong only for a while in a system that starts: it may have begun with the image's own host key, or without its
 * users. The pauses keep below what sshd 9.8 and later count as an attack (PerSourcePenalties: 5 s for a failed login, and
 * nobody is let in above 15).
 */
const PASSING: Readonly<Record<string, { forMs: number; pausesMs: readonly number[] }>> = {
  ERR_SSH_HOST_KEY: { forMs: 20_000, pausesMs: [1_000, 2_000] },
  ERR_SSH_AUTH: { forMs: 60_000, pausesMs: [1_000, 3_000, 5_000] },
  ERR_SSH_PROTOCOL: { forMs: Infinity, pausesMs: [250, 500, 1_000] },
  ERR_SSH_TIMEOUT: { forMs: Infinity, pausesMs: [250] },
};

/** The first login, as early as it is possible. The connection is the caller's to end. */
export async function waitForSsh(target: SshTarget, options: WaitOptions): Promise<SshClient> {
  const { deadline, onAttempt, ...connecting } = options;
  const identity = await identityOf(target.user, target.identityFile, agentSocket(options));
  // By the time that somebody answers it is there.
  setImmediate(ssh2);
  const started = performance.now();
  const left = Math.max(deadline - Date.now(), 0);
  const tooLate = AbortSignal.timeout(Math.min(left, 2 ** 31 - 1));
  const signal = options.signal ? AbortSignal.any([options.signal, tooLate]) : tooLate;
  let knocks = 0;
  let failed = 0;
  let last: Error | undefined;
  const failures = new Map<string, { since: number; count: number }>();

  const onFailure = (error: Error): void => {
    last = error;
    failed += 1;
    onAttempt?.({ number: failed, error, elapsedMs: performance.now() - started });
  };
  const ended = (): HvError => {
    const seen = `${knocks} ${knocks === 1 ? 'attempt' : 'attempts'}${last ? `; the last: ${last.message}` : ''}`;
    if (options.signal?.aborted) {
      return new HvError({
        code: 'ABORT_ERR',
        message: `Waiting for ssh was aborted after ${seen}`,
        cause: options.signal.reason,
      });
    }
    return new HvError({
      code: 'ERR_SSH_WAIT',
      message: `ssh at ${placeOf(target)} did not answer within ${(left / 1000).toFixed(1)} s (${seen})`,
      hint: HvError.is(last) ? last.hint : 'Look at the console of the machine.',
      cause: last,
    });
  };

  for (;;) {
    try {
      const onKnock = (): void => {
        knocks += 1;
      };
      const socket = await firstHello(target, { started, signal, onKnock, onFailure });
      return await SshClient.over(socket, identity, target, { ...connecting, signal, timeoutMs: LOGIN });
    } catch (error) {
      if (signal.aborted) throw ended();
      onFailure(error as Error);
      const code = HvError.is(error) ? error.code : '';
      const passing = PASSING[code];
      const now = performance.now();
      const failure = failures.get(code) ?? { since: now, count: 0 };
      failures.set(code, { ...failure, count: failure.count + 1 });
      if (!passing || now - failure.since > passing.forMs) throw error;
      const pause = passing.pausesMs[Math.min(failure.count, passing.pausesMs.length - 1)];
      try {
        await sleep(pause, undefined, { signal });
      } catch {
        throw ended();
      }
    }
  }
}
