import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

import { HvError } from '../../errors';

/** How long a file is that an option names. Refuses what cannot be read, or is none; `what` begins the sentence that says so. */
export async function sizeOfGiven(what: string, path: string, hint?: string): Promise<number> {
  try {
    await access(path, constants.R_OK);
    const status = await stat(path);
    if (status.isFile()) return status.size;
  } catch (error) {
    throw refused(`${what} ${path} cannot be read: ${(error as Error).message}`, hint, error);
  }
  throw refused(`${what} ${path} is not a file`, hint);
}

function refused(message: string, hint: string | undefined, cause?: unknown): HvError {
  return new HvError({ code: 'ERR_XHYVE_OPTION', message, hint, cause });
}
