import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

import { HvError } from '../../errors';

/** hyperkit's src/lib/firmware/bootrom.c: it maps whole pages, below what processors have at the end of the first 4 GiB. */
const PAGE = 4096;
const LARGEST = 16 * 2 ** 20;

/** Refuses what hyperkit would not take for a firmware. */
export async function checkBootrom(path: string): Promise<void> {
  const size = await sizeOf(path);
  if (size === undefined) throw refused(`The firmware ${path} is not a file`);
  if (size >= PAGE && size <= LARGEST && size % PAGE === 0) return;
  throw refused(`${path} has ${size} bytes, and a firmware has up to 16 MiB, in pages of ${PAGE} bytes`);
}

/** undefined: it is no file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    await access(path, constants.R_OK);
    const status = await stat(path);
    return status.isFile() ? status.size : undefined;
  } catch (error) {
    throw refused(`The firmware ${path} cannot be read: ${(error as Error).message}`, error);
  }
}

function refused(message: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_XHYVE_OPTION',
    message,
    hint: '--xhyve-bootrom takes a UEFI of OVMF as one file, code and variables together.',
    cause,
  });
}
