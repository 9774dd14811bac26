import { open } from 'node:fs/promises';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import { isErrno } from '../../files';
import type { RunFiles } from './run-files';

/** The console's ring is written through memory: nobody is told that it changed. */
const LOOK_AGAIN_MS = 500;
const NOTHING: Buffer = Buffer.alloc(0);

type Rings = Pick<RunFiles, 'ring' | 'ringBefore'>;

/** What the console printed, as far as it is kept; with `follow` also what it prints, until the signal. */
export function ringStream(rings: Rings, { follow, signal }: { follow: boolean; signal: AbortSignal }): Readable {
  const stream = new PassThrough();
  const closed = new AbortController();
  stream.once('close', () => {
    closed.abort();
  });
  // How it ends is told by the stream.
  pipeline(chunks(rings, follow, AbortSignal.any([signal, closed.signal])), stream, () => undefined);
  return stream;
}

/** All that is kept, in the order in which it was printed. */
export async function printed({ ring, ringBefore }: Rings): Promise<Buffer> {
  const rings = await Promise.all([readRing(ringBefore), readRing(ring)]);
  return Buffer.concat(rings.map(({ bytes }) => newsOf(NOTHING, bytes, 0).bytes));
}

async function* chunks(rings: Rings, follow: boolean, signal: AbortSignal): AsyncGenerator<Buffer> {
  let reader = new RingReader();
  const before = await readRing(rings.ringBefore);
  if (before.bytes.length > 0) yield reader.news(before);
  for (;;) {
    const now = await readRing(rings.ring);
    if (reader.isOfAnother(now)) {
      // The guest was reset: what it printed last stands in the ring that was put aside.
      const last = await readRing(rings.ringBefore);
      if (!reader.isOfAnother(last)) yield reader.news(last);
      reader = new RingReader();
    }
    yield reader.news(now);
    if (!follow) return;
    // It ends early, by an error, when nobody wants to know any more.
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

interface Ring {
  bytes: Buffer;
  /** Tells one file from the next. */
  inode: number | undefined;
}

/** How far one ring was read. */
class RingReader {
  #before: Buffer = NOTHING;
  #head = 0;
  #inode: number | undefined;

  isOfAnother({ inode }: Ring): boolean {
    return this.#inode !== undefined && inode !== undefined && inode !== this.#inode;
  }

  news({ bytes, inode }: Ring): Buffer {
    const news = newsOf(this.#before, bytes, this.#head);
    this.#head = news.head;
    this.#before = bytes;
    this.#inode = inode ?? this.#inode;
    return news.bytes;
  }
}

/** Empty if there is none yet. */
async function readRing(path: string): Promise<Ring> {
  try {
    await using file = await open(path);
    const { ino } = await file.stat();
    return { bytes: await file.readFile(), inode: ino };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return { bytes: NOTHING, inode: undefined };
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
