import { open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whether the system refused with one of these: `ENOENT`. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

/** The disk has no room, or the user may use no more of it. */
export function isNoSpace(error: unknown): boolean {
  return isErrno(error, 'ENOSPC', 'EDQUOT', 'ERR_NO_SPACE');
}

/** The text of a file; undefined if there is none. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Bytes of a file; undefined if there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** What is in a folder, in the order of the names; nothing if there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** Takes away a folder that has nothing in it. What somebody linked or mounted there is theirs, and stays. */
export async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: unknown) => {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY', 'EROFS')) throw error;
  });
}

/**
 * Makes or replaces a file, so that everybody sees the old one or the new one, also after a power cut. Where one writer at a
 * time holds a lock, one name is enough for what is not finished, and what a killed process left of it goes with the next;
 * writers that know nothing of each other each give a name of their own.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  { mode = 0o600, unfinished = unfinishedOf(path) }: { mode?: number; unfinished?: string } = {},
): Promise<void> {
  try {
    const file = await open(unfinished, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Where a file is written before it takes the place of the old one. */
export function unfinishedOf(path: string): string {
  return `${path}.new`;
}

/** What was renamed, made or deleted in a folder is so after a power cut as well. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
