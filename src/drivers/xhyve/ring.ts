import { readFile } from 'node:fs/promises';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import { isErrno } from '../../files';

/** The console's ring is written through memory: nobody is told that it changed. */
const LOOK_AGAIN_MS = 500;

/** What the console printed, as far as it is kept; with `follow` also what it prints, until the signal. */
export function ringStream(path: string, { follow, signal }: { follow: boolean; signal: AbortSignal }): Readable {
  const stream = new PassThrough();
  const closed = new AbortController();
  stream.once('close', () => {
    closed.abort();
  });
  // How it ends is told by the stream.
  pipeline(chunks(path, follow, AbortSignal.any([signal, closed.signal])), stream, () => undefined);
  return stream;
}

async function* chunks(path: string, follow: boolean, signal: AbortSignal): AsyncGenerator<Buffer> {
  let before: Buffer = Buffer.alloc(0);
  let head = 0;
  for (;;) {
    const now = await readRing(path);
    const news = newsOf(before, now, head);
    if (news.bytes.length > 0) yield news.bytes;
    ({ head } = news);
    before = now;
    if (!follow) return;
    // It ends early, by an error, when nobody wants to know any more.
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

/** Empty if there is none yet. */
export async function readRing(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return Buffer.alloc(0);
    throw error;
  }
}

/**
 * What was written to a ring since it was looked at before. hyperkit notes nowhere how far it has come: what changed, from
 * where it stood, is new. Of one that had gone round before the first look the beginning is not known, and is taken to be the
 * file's.
 */
export function newsOf(before: Buffer, now: Buffer, head: number): { bytes: Buffer; head: number } {
  const begunAnew = before.length !== now.length || (before[0] !== 0 && now[0] === 0);
  if (begunAnew) {
    const end = now.indexOf(0);
    return end === -1 ? { bytes: now, head: 0 } : { bytes: now.subarray(0, end), head: end };
  }
  let length = 0;
  for (let offset = 0; offset < now.length; ++offset) {
    const at = (head + offset) % now.length;
    if (before[at] !== now[at]) length = offset + 1;
  }
  const first = now.subarray(head, head + length);
  const bytes = Buffer.concat([first, now.subarray(0, length - first.length)]);
  return { bytes, head: now.length === 0 ? 0 : (head + length) % now.length };
}
