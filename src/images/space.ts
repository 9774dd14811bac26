import { statfs } from 'node:fs/promises';

import { HvError } from '../errors';
import { formatSize } from '../units';

/** Fails before anything is made if `bytes` more do not fit where `folder` lies. `what` is what they are for: `the disk of dev`. */
export async function ensureSpace(folder: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new HvError({
    code: 'ERR_NO_SPACE',
    message: `There is no room for ${what} in ${folder}: it needs ${formatSize(bytes)}, and ${formatSize(free)} are free`,
    hint: 'Free some space there, or set HVKIT_HOME to a folder on another disk.',
  });
}
