import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { HvError } from '../errors';
import { asImageFile } from './access';
import type { ImageFile } from './image';
import { readRecord, writeRecord } from './record';
import type { ImageWork } from './work';

export type Algorithm = 'sha256' | 'sha512';
export type Digests = Record<Algorithm, string>;

/** Both digests of a file, read once. */
export async function digestsOf(path: string, { signal, onProgress }: ImageWork = {}): Promise<Digests> {
  const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512') };
  const { size } = await stat(path);
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, signal })) {
    const bytes = chunk as Buffer;
    hashes.sha256.update(bytes);
    hashes.sha512.update(bytes);
    done += bytes.length;
    onProgress?.(`reading ${path}`, size === 0 ? 1 : done / size);
  }
  return { sha256: hashes.sha256.digest('hex'), sha512: hashes.sha512.digest('hex') };
}

/** A file as it was when its digests were taken. */
interface Noted extends Digests {
  path: string;
  identity: string;
}

/**
 * The digests of files that lie elsewhere than in the cache, which are read once, and again when they have changed. They stay
 * where they are.
 */
export class DigestNotes {
  readonly #folder: string;

  constructor(cache: string) {
    this.#folder = join(cache, 'digests');
  }

  async of(path: string, work: ImageWork = {}): Promise<ImageFile & Digests> {
    return asImageFile(path, async () => {
      const note = join(this.#folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);
      const identity = await identityOf(path);
      const noted = await readRecord(note, isNoted);
      if (noted?.path === path && noted.identity === identity) return { path, ...pick(noted) };

      const digests = await digestsOf(path, work);
      if ((await identityOf(path)) !== identity) {
        throw new HvError({
          code: 'ERR_IMAGE_FILE',
          message: `${path} is being written to: it changed while it was read`,
          hint: 'Try again when it is complete, and no machine runs from it.',
        });
      }
      await writeRecord(note, { path, identity, ...digests } satisfies Noted);
      return { path, ...digests };
    });
  }
}

function pick({ sha256, sha512 }: Digests): Digests {
  return { sha256, sha512 };
}

/** Changes with every write: the time of the last change of the inode cannot be set back. */
async function identityOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

function isNoted(value: Readonly<Record<string, unknown>>): value is Record<string, unknown> & Noted {
  return ['path', 'identity', 'sha256', 'sha512'].every((key) => typeof value[key] === 'string');
}
