import { stat } from 'node:fs/promises';

import { HvError } from '../errors';
import { isErrno } from '../files';

/** Runs what reads an image's file, and says of which file it is that it cannot be read. */
export async function asImageFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) {
      throw unusable(path, 'is not there', 'Look at how the path is written.', error);
    }
    if (isErrno(error, 'EACCES', 'EPERM')) {
      throw unusable(path, 'cannot be read by this user', `ls -ld ${JSON.stringify(path)}`, error);
    }
    if (isErrno(error, 'EIO', 'ELOOP', 'ENAMETOOLONG', 'EISDIR', 'EMFILE', 'ENFILE')) {
      throw unusable(
        path,
        `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        undefined,
        error,
      );
    }
    throw error;
  }
}

/** A device or a pipe would be read without an end, or block. */
export async function kindOf(path: string): Promise<'file' | 'folder'> {
  const found = await asImageFile(path, () => stat(path));
  if (found.isDirectory()) return 'folder';
  if (found.isFile()) return 'file';
  throw unusable(path, 'is neither a file nor a folder', 'Copy a device to a file first: qemu-img convert -O qcow2');
}

function unusable(path: string, why: string, hint?: string, cause?: unknown): HvError {
  return new HvError({ code: 'ERR_IMAGE_FILE', message: `The image ${path} ${why}`, hint, cause });
}
