import { setTimeout as delay } from 'node:timers/promises';

import { dockerVersion } from '../docker/api';
import { HvError } from '../errors';
import type { DockerHost } from './docker-host';

export interface DockerReadyOptions {
  name: string;
  timeoutMs: number;
  signal: AbortSignal;
  /** The last that dockerd said. */
  log: () => Promise<string>;
}

const PAUSE = { first: 100, growth: 1.5, longest: 1000 };
/** How long one question may take: what is forwarded may be taken by nobody. */
const ANSWER_MS = 10_000;
const LOG_MS = 10_000;
const LAST_LINES = 10;

/** Waits until dockerd answers over verified TLS: its version. That somebody else answers ends the wait at once. */
export async function dockerAnswers(host: DockerHost, options: DockerReadyOptions): Promise<string> {
  const { timeoutMs, signal } = options;
  const late = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, late]);
  let last: unknown;
  for (let pause = PAUSE.first; ; pause = Math.min(pause * PAUSE.growth, PAUSE.longest)) {
    try {
      return (await dockerVersion(host, { signal: either, timeoutMs: ANSWER_MS })).version;
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal(error)) throw error;
      // What the end of the time broke off says less than what came before.
      if (!late.aborted || last === undefined) last = error;
    }
    await delay(pause, undefined, { signal: either }).catch(() => undefined);
    signal.throwIfAborted();
    if (late.aborted) throw await notReady(options, last);
  }
}

/** Whoever it is, it is not this machine's Docker: that does not get better. */
function isFinal(error: unknown): boolean {
  return HvError.is(error) && error.code === 'ERR_DOCKER_TLS';
}

async function notReady({ name, timeoutMs, log, signal }: DockerReadyOptions, last: unknown): Promise<HvError> {
  const said = await Promise.race([
    log().catch((error: unknown) => `its log cannot be read: ${(error as Error).message}`),
    delay(LOG_MS, 'its log was not to be had', { signal, ref: false }),
  ]);
  const lines = said.trim().split('\n').filter(Boolean).slice(-LAST_LINES);
  const evidence =
    lines.length === 0 ? ['it has said nothing'] : ['dockerd said last:', ...lines.map((line) => `  ${line}`)];
  const attempt = last instanceof Error ? [`the last attempt: ${last.message}`] : [];
  return new HvError({
    code: 'ERR_DOCKER_NOT_READY',
    message: [
      `The Docker of the machine "${name}" did not answer within ${Math.round(timeoutMs / 1000)} s`,
      ...[...attempt, ...evidence].map((line) => `  ${line}`),
    ].join('\n'),
    hint: `hvkit provision ${name} begins anew; a slow host needs more time: HVKIT_TIMEOUT=900 (seconds).`,
    cause: last,
  });
}
