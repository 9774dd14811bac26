import { lstat, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

import { HvError } from '../../../errors';

/** Where the helper is. */
export interface HelperPlace {
  /** The program, a copy that is root's. */
  readonly program: string;
  /** Where it listens. */
  readonly socket: string;
  /** What it keeps. */
  readonly state: string;
  /** What starts it. */
  readonly daemon: string;
  /** What it says. */
  readonly log: string;
}

export const HELPER: HelperPlace = {
  program: '/Library/PrivilegedHelperTools/hvkit-vmnet',
  socket: '/var/run/hvkit-vmnet.sock',
  state: '/var/db/hvkit-vmnet',
  daemon: '/Library/LaunchDaemons/dev.hvkit.vmnet.plist',
  log: '/var/log/hvkit-vmnet.log',
};

const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_OTHERS = 0o002;
/** wheel and daemon: the system's own, of which no user is a member. /var/run belongs to the second. */
const SYSTEM_GROUPS = [0, 1];

/** Whether there is a program in that place. What it is worth is `requireSafe`'s to say. */
export async function isInstalled({ program }: HelperPlace): Promise<boolean> {
  return (await lookAt(program)) !== undefined;
}

/**
 * Refuses a helper that somebody else than root could have put there: who listens at the socket sees all that the machine
 * sends. Asked before each use, because it is a few looks only.
 */
export async function requireSafe({ program, socket }: HelperPlace): Promise<void> {
  for (const file of [program, socket]) {
    // The socket is there while the helper runs; whoever connects will notice.
    if (!(await lookAt(file))) continue;
    await requireRoots(file);
    let folder = await realpath(dirname(file));
    for (;;) {
      await requireRoots(folder);
      const above = dirname(folder);
      if (above === folder) break;
      folder = above;
    }
  }
}

async function requireRoots(path: string): Promise<void> {
  const status = await lookAt(path);
  if (!status) return;
  const { uid, gid, mode } = status;
  const who = status.isSymbolicLink()
    ? 'is a link'
    : uid !== 0
      ? `belongs to user ${uid}`
      : status.isSocket()
        ? undefined // anybody may knock; who listens is settled by who could make it
        : mode & WRITABLE_BY_OTHERS
          ? 'can be written by anybody'
          : mode & WRITABLE_BY_GROUP && !SYSTEM_GROUPS.includes(gid)
            ? `can be written by group ${gid}`
            : undefined;
  if (who === undefined) return;
  throw new HvError({
    code: 'ERR_XHYVE_HELPER_UNSAFE',
    message: `hvkit's helper is not used, for ${path} ${who}`,
    hint: `Find out why. Then: sudo chown root ${path} && sudo chmod go-w ${path} && sudo hvkit setup xhyve`,
  });
}

async function lookAt(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
