import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { ask, type Exchange } from './connect';
import { TransferError } from './transfer-error';
import { shown } from './url';

export interface GetOptions extends Pick<Exchange, 'env' | 'signal'> {
  headers?: Exchange['headers'];
  silenceMs?: number;
  /**
   * `kept`: a redirect from https to http is refused, for what nothing but its way vouches for. `any`: it is followed, for
   * what is compared with a checksum.
   */
  security: 'kept' | 'any';
}

export interface RetryOptions {
  signal?: AbortSignal | undefined;
  /** Before the second attempt; doubles each time. */
  pauseMs?: number;
  /** Attempts in a row that brought nothing. */
  attempts?: number;
}

const SILENCE_MS = 30_000;
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const ATTEMPTS = 5;
const MOST_REDIRECTS = 10;
const LARGEST_TEXT = 8 * 2 ** 20;

/** The answer to a GET, behind all redirects. Its status is one of `allowed`; anything else is an error. */
export async function get(
  start: URL,
  allowed: readonly number[],
  options: GetOptions,
): Promise<{ response: IncomingMessage; url: URL }> {
  const { env, signal, silenceMs = SILENCE_MS, headers = {} } = options;
  const seen = new Set<string>();
  let url = start;
  for (;;) {
    if (seen.has(url.href) || seen.size > MOST_REDIRECTS) {
      throw new TransferError(`${shown(start)} is redirected in a circle, or too often`, { again: false });
    }
    seen.add(url.href);
    const response = await ask(url, {
      env,
      signal,
      silenceMs,
      // Packed on the way, the bytes would not be the file's.
      headers: { 'User-Agent': 'hvkit', 'Accept-Encoding': 'identity', ...headers },
    });
    const { statusCode = 0 } = response;
    if (allowed.includes(statusCode)) return { response, url };
    response.destroy();
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) throw unwelcome(response, url);
    url = redirected(url, location, options.security);
  }
}

function redirected(from: URL, location: string, security: GetOptions['security']): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to?.protocol !== 'https:' && to?.protocol !== 'http:') {
    throw new TransferError(`${shown(from)} is redirected to something else than HTTP`, { again: false });
  }
  if (security === 'kept' && from.protocol === 'https:' && to.protocol === 'http:') {
    throw new TransferError(`${shown(from)} is redirected from https to http, which anybody could change`, {
      again: false,
    });
  }
  return to;
}

function unwelcome({ statusCode = 0, statusMessage = '' }: IncomingMessage, url: URL): TransferError {
  const hints: Readonly<Record<number, string>> = {
    404: 'Is it written right? Images of a release go away when it does.',
    401: 'It wants a login: https://user:password@host/...',
    407: 'The proxy wants a login: export http_proxy=http://user:password@host:port',
  };
  return new TransferError(`${shown(url)} could not be fetched: ${statusCode} ${statusMessage}`.trim(), {
    again: statusCode === 408 || statusCode === 429 || statusCode >= 500,
    hint: hints[statusCode],
  });
}

/** Tries until it works, or there is no hope. `attempt` calls `gained` when it has brought something, after which patience is new. */
export async function persist<T>(
  attempt: (gained: () => void) => Promise<T>,
  { signal, pauseMs = PAUSE_MS, attempts = ATTEMPTS }: RetryOptions,
): Promise<T> {
  let fruitless = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt(() => {
        fruitless = 0;
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TransferError) || !error.again || ++fruitless >= attempts) throw error;
    }
    const pause = Math.min(pauseMs * 2 ** (fruitless - 1), LONGEST_PAUSE_MS);
    await delay(pause, undefined, signal ? { signal } : {});
  }
}

/** A small file, such as a list of checksums. */
export async function getBytes(url: URL, options: GetOptions & RetryOptions): Promise<Buffer> {
  return persist(async () => {
    const { response, url: last } = await get(url, [200], options);
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of response) {
        length += (chunk as Buffer).length;
        if (length > LARGEST_TEXT) break;
        chunks.push(chunk as Buffer);
      }
    } catch (error) {
      throw new TransferError(`${shown(last)} broke off`, { again: true, cause: error });
    }
    if (length <= LARGEST_TEXT) return Buffer.concat(chunks);
    throw new HvError({ code: 'ERR_DOWNLOAD', message: `${shown(last)} is no list of checksums: it is too long` });
  }, options);
}
