import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import type { StorageVolume } from '../../native/libvirt';
import { sizeOf } from '../../files';
import { physicalSize } from './pools';

const LOOK_AGAIN = 1000;

interface Changes {
  /** Waits until something may have changed since it was last asked. */
  next(): Promise<void>;
  stop(): void;
}

/** A log that somebody else writes, and begins anew when it has become too long. */
export abstract class LogSource {
  /** undefined: there is none yet. */
  abstract size(): Promise<number | undefined>;
  protected abstract read(from: number): AsyncIterable<Buffer>;
  protected abstract changes(signal: AbortSignal): Changes;

  /** From its beginning; with `follow` until the signal, or until the stream is destroyed. */
  stream(follow: boolean, signal: AbortSignal): Readable {
    const destroyed = new AbortController();
    const chunks = this.chunks(0, follow, AbortSignal.any([signal, destroyed.signal]));
    // Of one that is destroyed itself, Readable.from() would wait for the next chunk, which may never come.
    const stream = new PassThrough();
    stream.once('close', () => {
      destroyed.abort();
    });
    // How it ends is told by the stream.
    pipeline(chunks, stream, () => undefined);
    return stream;
  }

  async *chunks(from: number, follow: boolean, signal: AbortSignal): AsyncGenerator<Buffer> {
    if (!follow) {
      if (((await this.size()) ?? 0) > from) yield* this.read(from);
      return;
    }
    const changes = this.changes(signal);
    try {
      let position = from;
      for (;;) {
        const size = (await this.size()) ?? 0;
        if (size < position) position = 0;
        if (size === position) {
          await changes.next();
          if (signal.aborted) return;
          continue;
        }
        for await (const chunk of this.read(position)) {
          position += chunk.length;
          yield chunk;
        }
      }
    } finally {
      changes.stop();
    }
  }
}

export class FileLog extends LogSource {
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
  }

  size(): Promise<number | undefined> {
    return sizeOf(this.#path);
  }

  protected async *read(from: number): AsyncIterable<Buffer> {
    const file = await open(this.#path);
    try {
      for await (const chunk of file.createReadStream({ start: from, autoClose: false })) yield chunk as Buffer;
    } finally {
      await file.close();
    }
  }

  protected changes(signal: AbortSignal): Changes {
    let isNew = false;
    let wake = (): void => undefined;
    const notice = (): void => {
      isNew = true;
      wake();
    };
    // Its folder: it may not be there yet, and may be replaced.
    const watcher = watch(dirname(this.#path), notice).on('error', notice);
    signal.addEventListener('abort', notice);
    if (signal.aborted) notice();
    return {
      next: async () => {
        if (!isNew) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        isNew = false;
      },
      stop: () => {
        watcher.close();
        signal.removeEventListener('abort', notice);
      },
    };
  }
}

/** A log that only libvirt can read: nobody tells when it is there, nor when it has grown. */
export class VolumeLog extends LogSource {
  readonly #find: () => Promise<StorageVolume | undefined>;
  #volume: StorageVolume | undefined;

  constructor(find: () => Promise<StorageVolume | undefined>) {
    super();
    this.#find = find;
  }

  async size(): Promise<number | undefined> {
    this.#volume ??= await this.#find();
    return this.#volume && physicalSize(this.#volume);
  }

  protected async *read(offset: number): AsyncIterable<Buffer> {
    if (!this.#volume) return;
    for await (const chunk of await this.#volume.download({ offset })) yield chunk as Buffer;
  }

  protected changes(signal: AbortSignal): Changes {
    return {
      next: async () => {
        // It ends early, by an error, when nobody wants to know any more.
        await delay(LOOK_AGAIN, undefined, { signal }).catch(() => undefined);
      },
      stop: () => undefined,
    };
  }
}
