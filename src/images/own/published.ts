import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { isErrno, namesIn, syncFolder } from '../../files';
import type { Arch, BootImage } from '../image';
import { readRecord } from '../record';
import type { Package } from './apt';

/** The kernel's arguments; the driver knows the console. */
const CMDLINE = 'quiet';
const DISK = 'disk.raw';
const PACKED = 'packed-kernel';

/** Which image: its name, and the recipe that it has to be of. */
export interface Kind {
  name: string;
  arch: Arch;
  recipe: { digest: string };
}

/** What comes out of the packages. The disk is written to where it is told. */
export interface Contents {
  kernel: Buffer;
  /** As it came, if it was unpacked. */
  packed?: Buffer;
  initrd: Buffer;
  disk?: (path: string) => Promise<void>;
}

interface Written {
  size: number;
  sha256: string;
}

/** What an image was made of, and what came out; it stands beside it. */
interface Lock {
  arch: Arch;
  recipe: string;
  packages: Package[];
  /** The version of what made the disk. */
  ext4?: string;
  files: { kernel: Written; packed?: Written; initrd: Written; disk?: Written };
}

/** All or nothing: the folder appears with all that belongs into it, or another process was first and its image stays. */
export async function publish(
  target: string,
  kind: Kind,
  contents: Contents,
  made: Pick<Lock, 'packages' | 'ext4'>,
): Promise<void> {
  const work = await mkdtemp(`${target}.new-`);
  try {
    const { kernel, packed, initrd } = contents;
    const files: Lock['files'] = {
      kernel: await writeDurably(join(work, 'kernel'), kernel),
      ...(packed && { packed: await writeDurably(join(work, PACKED), packed) }),
      initrd: await writeDurably(join(work, 'initrd'), initrd),
    };
    if (contents.disk) {
      const path = join(work, DISK);
      await contents.disk(path);
      files.disk = await settled(path);
    }
    const lock: Lock = { arch: kind.arch, recipe: kind.recipe.digest, ...made, files };
    await writeDurably(join(work, 'lock.json'), Buffer.from(`${JSON.stringify(lock, undefined, 2)}\n`));
    await syncFolder(work);
    if (await readImage(target, kind)) return;
    // What is there all the same is damaged.
    await rm(target, { recursive: true, force: true });
    await rename(work, target).catch((error: unknown) => {
      if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    });
    await syncFolder(join(target, '..'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The newest in the cache. */
export async function newestImage(kind: Kind, cache: string): Promise<BootImage | undefined> {
  const folder = join(cache, kind.name);
  const names = await namesIn(folder);
  const images: { image: BootImage; made: number }[] = [];
  for (const name of names.filter((each) => each.startsWith(`${kind.arch}-`) && !each.includes('.'))) {
    const image = await readImage(join(folder, name), kind);
    if (image) images.push({ image, made: (await stat(join(folder, name))).mtimeMs });
  }
  return images.sort((a, b) => b.made - a.made)[0]?.image;
}

/** Undefined where there is none, one that is damaged, or one of another recipe. */
export async function readImage(folder: string, { name, arch, recipe }: Kind): Promise<BootImage | undefined> {
  const lock = await readRecord(join(folder, 'lock.json'), isLock);
  if (lock?.recipe !== recipe.digest || lock.arch !== arch) return undefined;
  const { kernel, packed, initrd, disk } = lock.files;
  const digest = createHash('sha256');
  for (const each of [kernel, packed, initrd, disk]) if (each) digest.update(`${each.sha256}\n`);
  return {
    name,
    digest: digest.digest('hex'),
    arch,
    kernel: { path: join(folder, 'kernel'), sha256: kernel.sha256 },
    ...(packed && { packed: { path: join(folder, PACKED), sha256: packed.sha256 } }),
    initrd: { path: join(folder, 'initrd'), sha256: initrd.sha256 },
    ...(disk && {
      disk: { path: join(folder, DISK), sha256: disk.sha256, format: 'raw', virtualSize: disk.size } as const,
    }),
    cmdline: CMDLINE,
    user: 'hvkit',
    init: 'micro',
  };
}

function isLock(value: Readonly<Record<string, unknown>>): value is Record<string, unknown> & Lock {
  const { files } = value;
  if (typeof files !== 'object' || files === null) return false;
  const { kernel, packed, initrd, disk } = files as Record<string, Partial<Written> | undefined>;
  const others = [packed, disk].filter((each) => each !== undefined);
  return [kernel, initrd, ...others].every(isWritten);
}

function isWritten(value: Partial<Written> | undefined): boolean {
  return typeof value?.sha256 === 'string' && typeof value.size === 'number';
}

async function writeDurably(path: string, data: Buffer): Promise<Written> {
  await writeFile(path, data, { flag: 'wx', mode: 0o644, flush: true });
  return { size: data.length, sha256: createHash('sha256').update(data).digest('hex') };
}

/** What a file has that another program wrote. */
async function settled(path: string): Promise<Written> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return { size: (await file.stat()).size, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}
