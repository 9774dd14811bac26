import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { HvError } from '../errors';
import { newQcow2, readQcow2, type Backing } from './qcow2';
import { withFile } from './source';
import { ensureSpace } from './space';

export interface Disk {
  format: 'qcow2' | 'raw';
  /** Bytes that the guest sees. */
  size: number;
  /** The disk reads as this file where nothing was written to it. For qcow2. */
  backing?: Backing;
}

export interface DiskFound {
  size: number;
  backingFile?: string;
}

/**
 * The bytes that a new disk begins with: all of a qcow2 image, nothing of a raw one, which is zeros up to its size. What
 * fills a volume by an upload sends them.
 */
export function diskHead({ format, size, backing }: Disk): Buffer {
  if (format === 'qcow2') return newQcow2({ size, backing });
  if (backing) throw new HvError({ code: 'ERR_INVALID_ARGUMENT', message: 'A raw disk cannot have a backing file' });
  return Buffer.alloc(0);
}

/** Makes a new disk's file, mode 0600, which takes no more room than what is written to it. It is whole, or not there at all. */
export async function writeDisk(path: string, disk: Disk): Promise<void> {
  const head = diskHead(disk);
  const part = `${path}.part`;
  await ensureSpace(dirname(path), head.length, `the disk ${path}`);
  if (await stat(path).catch(missing)) {
    throw new HvError({ code: 'ERR_DISK_EXISTS', message: `There is a disk already: ${path}` });
  }
  // Of a process that died; whoever makes a machine's disk holds the machine's lock.
  await rm(part, { force: true });
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(head);
      if (disk.format === 'raw') await file.truncate(disk.size);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Undefined: there is no such file. A file that is no disk of this format is an error. */
export async function readDisk(path: string, format: Disk['format']): Promise<DiskFound | undefined> {
  if (!(await stat(path).catch(missing))) return undefined;
  return withFile(path, async (source) => {
    if (format === 'raw') return { size: source.size };
    const { virtualSize, backingFile } = await readQcow2(source);
    return { size: virtualSize, ...(backingFile !== undefined && { backingFile }) };
  });
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
