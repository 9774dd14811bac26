import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isErrno, namesIn } from '../../files';

/** No build takes as long. Who made a folder is not asked: it may have been on another host, or in another namespace. */
const LONGEST_BUILD_MS = 24 * 3600_000;

/** Clears away the folders that builds left which were killed. The pattern is that of their names. */
export async function clearLeftovers(folder: string, pattern: RegExp): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (pattern.test(name) && (await ageOf(path)) > LONGEST_BUILD_MS) await rm(path, { recursive: true, force: true });
  }
}

/** 0 where it is gone: another process cleared it away. */
async function ageOf(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 0;
    throw error;
  }
}
