import { stat } from 'node:fs/promises';

import { HvError } from '../../errors';
import { isErrno } from '../../files';
import { hasModule } from '../../images/guest-modules';
import type { BootImage } from '../../images/image';
import { ownProgram } from '../../native/program';
import type { MachineSpec, Share } from '../driver';
import type { RunFiles } from './run-files';
import { isTooLong } from './sockets';

const SERVER = 'hvkit-9p';
/** They have one slot, which has so many functions. */
const MOST = 8;
const OWN = ['micro', 'docker'];

/** What keeps folders from being shared, whatever the guest; also later, at each start. */
export async function checkShares(shares: readonly Share[], run: RunFiles): Promise<void> {
  if (shares.length === 0) return;
  if (shares.length > MOST) {
    throw refused(`A machine of xhyve has up to ${MOST} shared folders, and not ${shares.length}`);
  }
  serverOfShares();
  const socket = run.share(MOST - 1);
  if (isTooLong(socket)) {
    throw refused(
      `${socket} is too long for a socket, over which a folder is shared`,
      'HVKIT_HOME names another folder.',
    );
  }
  for (const { host } of shares) await checkFolder(host);
}

/** Refuses guests that nobody in would mount a shared folder. */
export async function checkGuest({ shares }: MachineSpec, image: BootImage): Promise<void> {
  if (shares.length === 0) return;
  if (image.init === 'none') {
    throw refused(
      `Nobody in the guest of ${image.name} would mount a shared folder: it reads no seed`,
      'Leave out --share, or take an image with cloud-init.',
    );
  }
  // What hvkit makes itself has all that its kernel needs in its initrd, as it is.
  if (!OWN.includes(image.name) || !image.initrd || (await hasModule(image, '9p'))) return;
  throw refused(
    `The kernel of ${image.name} has no 9p, by which hyperkit shares folders, where its distribution has one for clouds`,
    'Take another image, or leave out --share; hvkit scp copies files.',
  );
}

/** The program that serves them, one process each, as the user. */
export function serverOfShares(): string {
  const program = ownProgram(SERVER);
  if (program !== undefined) return program;
  throw refused(`This package has no ${SERVER} for this system`, 'npm run build in a checkout makes it.');
}

async function checkFolder(path: string): Promise<void> {
  let status: { uid: number; isDirectory(): boolean };
  try {
    status = await stat(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) throw error;
    throw refused(`${path}, which is to be shared, cannot be looked at: ${(error as Error).message}`, `ls -ld ${path}`);
  }
  if (!status.isDirectory()) throw refused(`${path}, which is to be shared, is not a folder`, `ls -ld ${path}`);
  if (process.geteuid?.() !== 0 || status.uid !== 0) return;
  throw refused(
    `${path} belongs to root, and nothing is shared as root`,
    'Share a folder of a user: it is served with the rights of its owner. Or: sudo hvkit setup xhyve, and hvkit without sudo.',
  );
}

function refused(message: string, hint?: string): HvError {
  return new HvError({ code: 'ERR_XHYVE_SHARE', message, hint });
}
