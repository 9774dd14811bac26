import { open, stat } from 'node:fs/promises';

import { HvError } from '../../errors';
import type { XhyveOptions } from './options';
import type { XhyvePlan } from './plan';

const QCOW2 = Buffer.from('QFI\xfb', 'latin1');

type Disk = XhyvePlan['disks'][number];

/** The user's own disks. Refuses what cannot be read, and two that are one: hyperkit takes each for itself. */
export async function disksOf({ disks }: XhyveOptions): Promise<Disk[]> {
  const paths = disks?.split(',') ?? [];
  const files = new Map<string, string>();
  for (const path of paths) {
    const file = await identityOf(path);
    const other = files.get(file);
    if (other !== undefined) {
      throw refused(`The disks ${other} and ${path} are one file, and no machine has a disk twice`);
    }
    files.set(file, path);
  }
  return Promise.all(paths.map(diskAt));
}

/** The same for every path that the file has. */
async function identityOf(path: string): Promise<string> {
  const status = await readable(path, stat(path, { bigint: true }));
  // Of a pipe nothing would come, for ever.
  if (status.isFile() || status.isBlockDevice() || status.isCharacterDevice()) return `${status.dev}:${status.ino}`;
  throw refused(`The disk ${path} is neither a file nor a device`);
}

/** By its first bytes. */
async function diskAt(path: string): Promise<Disk> {
  await using file = await readable(path, open(path));
  const { buffer } = await readable(path, file.read(Buffer.alloc(QCOW2.length), 0, QCOW2.length, 0));
  return { path, format: buffer.equals(QCOW2) ? 'qcow2' : 'raw' };
}

async function readable<T>(path: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw refused(`The disk ${path} cannot be read: ${(error as Error).message}`, error);
  }
}

function refused(message: string, cause?: unknown): HvError {
  return new HvError({ code: 'ERR_XHYVE_OPTION', message, cause });
}
