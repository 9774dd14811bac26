import { constants } from 'node:fs';
import { chmod, copyFile, link, open, rename, rm, rmdir } from 'node:fs/promises';

import { isErrno } from '../../files';

/** The same file under another name, or a copy; on some file systems a copy shares its blocks. */
export async function takeOver(from: string, to: string, copied: boolean): Promise<void> {
  if (!copied) {
    try {
      await link(from, to);
      return;
    } catch (error) {
      // Another file system, one without links, a file of somebody else's.
      if (!isErrno(error, 'EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK')) throw error;
    }
  }
  const part = `${to}.part`;
  await rm(part, { force: true });
  await copyFile(from, part, constants.COPYFILE_FICLONE);
  await chmod(part, 0o644);
  const file = await open(part, 'r');
  try {
    // It is taken for whole by its name alone, also after a power cut.
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, to);
}

/** The folder, unless something is in it. */
export async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}
