import { chmod, mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { HvError } from '../errors';
import { isErrno, namesIn, removeEmpty, sizeOf } from '../files';
import { lockFile, type FileLock } from '../native/hyperkit';
import { requireChecksum, type Checksum, matches } from './checksum';
import { digestsOf, type Digests } from './digests';
import { formatOf } from './format';
import { download, readPartNote, removePart, type DownloadOptions } from './http/download';
import type { ImageFile } from './image';
import { readRecord, writeRecord } from './record';
import type { ImageWork } from './work';

export interface Wanted {
  /** For people. */
  name: string;
  url: URL;
  checksum: Checksum;
}

/** A file that was verified when it came, and lies here under its checksum. */
export interface CachedFile extends ImageFile, Digests {
  size: number;
}

/** How transfers are carried out; what is left out has defaults. */
export type Transfer = Pick<DownloadOptions, 'env' | 'silenceMs' | 'pauseMs' | 'attempts'>;

/** As long as another process may take for the same download. */
const LONGEST_DOWNLOAD_MS = 4 * 3600_000;
const IN_USE_MS = 3600_000;
const STALE_PART_MS = 7 * 24 * 3600_000;

/**
 * Downloaded files by their checksum: `files/sha256-.../image`, with what was measured of it in `about.json`. A folder appears
 * with a whole and verified file in it, or not at all. Of several processes that want the same file one downloads it.
 */
export class ContentCache {
  readonly #files: string;
  readonly #locks: string;
  readonly #transfer: Transfer;

  constructor(cache: string, transfer: Transfer) {
    this.#files = join(cache, 'files');
    this.#locks = join(cache, 'locks');
    this.#transfer = transfer;
  }

  /** Without asking anybody. */
  async find(checksum: Checksum): Promise<CachedFile | undefined> {
    const folder = join(this.#files, keyOf(checksum));
    const path = join(folder, 'image');
    const about = await readRecord(join(folder, 'about.json'), isAbout);
    if (!about || !matches(checksum, about) || (await sizeOf(path)) !== about.size) return undefined;
    const { sha256, sha512, size } = about;
    return { path, sha256, sha512, size };
  }

  /** Says that the file is in use now, so that it is not cleared away. */
  async touch(checksum: Checksum): Promise<void> {
    const now = new Date();
    await utimes(join(this.#files, keyOf(checksum)), now, now).catch((error: unknown) => {
      // Of somebody else, or on a disk that cannot be written to: then nobody clears it away either.
      if (!isErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error;
    });
  }

  /** The file, from here or else from its URL. */
  async fetch(wanted: Wanted, work: ImageWork): Promise<CachedFile> {
    const found = await this.find(wanted.checksum);
    if (found) return found;
    const lock = await this.#lock(wanted, work);
    try {
      await mkdir(this.#files, { recursive: true, mode: 0o700 });
      return (await this.find(wanted.checksum)) ?? (await this.#download(wanted, work));
    } finally {
      lock.release();
    }
  }

  async #lock({ name, checksum }: Wanted, { signal, onProgress }: ImageWork): Promise<FileLock> {
    await mkdir(this.#locks, { recursive: true, mode: 0o700 });
    const path = join(this.#locks, keyOf(checksum));
    const description = `The image ${name}`;
    try {
      return await lockFile(path, { description, waitMs: 0, signal });
    } catch (error) {
      if (!HvError.is(error) || error.code !== 'ERR_LOCKED') throw error;
    }
    onProgress?.(`waiting for ${name}, which another process is downloading`);
    return lockFile(path, { description, waitMs: LONGEST_DOWNLOAD_MS, signal });
  }

  async #download({ name, url, checksum }: Wanted, work: ImageWork): Promise<CachedFile> {
    const part = join(this.#files, `${keyOf(checksum)}.part`);
    for (;;) {
      const { resumed } = await download(url, part, { ...this.#transfer, ...work, name });
      const digests = await digestsOf(part, {
        signal: work.signal,
        onProgress: (_, fraction) => work.onProgress?.(`verifying ${name}`, fraction),
      });
      if (matches(checksum, digests)) return this.#publish(part, { name, checksum }, digests);
      await removePart(part);
      // Two halves of two files, perhaps: once more, as a whole.
      if (!resumed) requireChecksum(checksum, digests, `What came of ${name}`);
    }
  }

  async #publish(part: string, { name, checksum }: Omit<Wanted, 'url'>, digests: Digests): Promise<CachedFile> {
    try {
      await formatOf({ path: part, name, bootable: 'yes' });
    } catch (error) {
      // Nobody can use it, whatever its checksum.
      await removePart(part);
      throw error;
    }
    const folder = join(this.#files, keyOf(checksum));
    const work = `${folder}.new`;
    const { size } = await stat(part);
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { mode: 0o700 });
    // A system's libvirt reads it as another user, where the folders above let it.
    await chmod(part, 0o644);
    await writeRecord(join(work, 'about.json'), { ...digests, size } satisfies Digests & { size: number });
    await rename(part, join(work, 'image'));
    // What is there is broken, or it would have been found.
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
    await removePart(part);
    return { path: join(folder, 'image'), ...digests, size };
  }

  /** What is here of a file, and what has come of it so far. Where somebody is just downloading it, it is theirs, and stays. */
  async remove(checksum: Checksum): Promise<void> {
    await this.#exclusively(keyOf(checksum), async () => {
      await rm(join(this.#files, keyOf(checksum)), { recursive: true, force: true });
      await removePart(join(this.#files, `${keyOf(checksum)}.part`));
    });
  }

  /** What has come so far from a URL. Whether there was something is the answer. */
  async removeParts(url: URL): Promise<boolean> {
    let removed = false;
    for (const { key, suffix, path } of await this.#entries()) {
      if (suffix !== 'part' || (await readPartNote(path))?.url !== url.href) continue;
      removed = (await this.#exclusively(key, () => removePart(path))) || removed;
    }
    return removed;
  }

  /** Clears away files that no name leads to and nobody has used lately, and parts that nobody went on with. */
  async tidy(kept: ReadonlySet<string>): Promise<void> {
    for (const { key, suffix, path } of await this.#entries()) {
      if (suffix === undefined && kept.has(key)) continue;
      const unused = Date.now() - (await changedAt(path));
      if (unused < (suffix === undefined ? IN_USE_MS : STALE_PART_MS)) continue;
      await this.#exclusively(key, () => rm(path, { recursive: true, force: true }));
    }
  }

  /** All of them. One that somebody is just downloading stays, and is an error when the others are gone. */
  async clear(): Promise<void> {
    const busy: string[] = [];
    for (const { key, path } of await this.#entries()) {
      if (!(await this.#exclusively(key, () => rm(path, { recursive: true, force: true })))) busy.push(path);
    }
    // Somebody may have begun a download meanwhile.
    if (busy.length === 0) return removeEmpty(this.#files);
    throw new HvError({
      code: 'ERR_LOCKED',
      message: `Another process is downloading ${busy.join(', ')}`,
      hint: 'Try again when it has ended.',
    });
  }

  /** What is here, by the keys. What begins with a dot is none of ours: a desktop, or NFS, puts such files anywhere. */
  async #entries(): Promise<{ key: string; suffix: string | undefined; path: string }[]> {
    return (await namesIn(this.#files)).flatMap((name) => {
      const { key = '', suffix } = /^(?<key>[^.]+)(?:\.(?<suffix>.*))?$/.exec(name)?.groups ?? {};
      return key === '' ? [] : [{ key, suffix, path: join(this.#files, name) }];
    });
  }

  /** Does nothing where somebody is downloading that very file. */
  async #exclusively(key: string, work: () => Promise<void>): Promise<boolean> {
    await mkdir(this.#locks, { recursive: true, mode: 0o700 });
    let lock: FileLock;
    try {
      lock = await lockFile(join(this.#locks, key), { description: `The image ${key}`, waitMs: 0 });
    } catch (error) {
      if (HvError.is(error) && error.code === 'ERR_LOCKED') return false;
      throw error;
    }
    try {
      await work();
      return true;
    } finally {
      lock.release();
    }
  }
}

export function keyOf({ algorithm, hex }: Checksum): string {
  return `${algorithm}-${hex}`;
}

/** Now, if it is gone. */
async function changedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return Date.now();
    throw error;
  }
}

function isAbout(
  value: Readonly<Record<string, unknown>>,
): value is Record<string, unknown> & Digests & { size: number } {
  return (
    typeof value['sha256'] === 'string' && typeof value['sha512'] === 'string' && typeof value['size'] === 'number'
  );
}
