import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file, so that everybody sees the old one or the new one, also after a power cut. One writer at a time: whoever
 * writes holds the lock of what the file belongs to. So one name is enough for what is not finished, and what a killed
 * process left of it is overwritten by the next.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const unfinished = unfinishedOf(path);
  try {
    const file = await open(unfinished, 'w', 0o600);
    try {
      await file.writeFile(text);
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
