import { lstat, readFile } from 'node:fs/promises';

import { HvError } from '../../../errors';
import { isErrno } from '../../../files';
import { ownProgram } from '../../../native/program';
import type { Health } from '../../driver';
import { requireAnswer } from './client';
import { LABEL } from './daemon';
import { isInstalled, requireSafe, type HelperPlace } from './place';

export const PROGRAM = 'hvkit-vmnet';
export const SETUP = 'sudo hvkit setup xhyve';

/** Whether the helper can be used by this user as it is; and if so, whether something should be done about it all the same. */
export async function helperHealth(place: HelperPlace): Promise<Health> {
  try {
    // What launchd starts as root is as good as the program.
    await requireSafe({ ...place, program: place.daemon });
    await requireAnswer(place);
  } catch (error) {
    if (!HvError.is(error)) throw error;
    const fix = error.code === 'ERR_XHYVE_HELPER_UNSAFE' ? error.hint : undefined;
    return { installed: true, healthy: false, reason: error.message, fix: fix ?? SETUP };
  }
  const advice = await adviceOn(place);
  return { installed: true, healthy: true, ...(advice && { advice }) };
}

async function adviceOn(place: HelperPlace): Promise<Health['advice']> {
  const { program, daemon, socket } = place;
  if (!(await isInstalled({ ...place, program: daemon }))) {
    return {
      reason: `nothing starts hvkit's helper when the host has been restarted: there is no ${daemon}`,
      fix: SETUP,
    };
  }
  if (!(await isOurs(program))) {
    return { reason: `${program} is not the helper that comes with this version of hvkit`, fix: SETUP };
  }
  // It makes its socket when it is started.
  const [file, listening] = await Promise.all([lstat(program), lstat(socket)]);
  if (file.mtimeMs <= listening.mtimeMs) return undefined;
  return {
    reason: `hvkit's helper was started before ${program} was replaced, and is still the old one`,
    fix: `sudo launchctl kickstart -k system/${LABEL}`,
  };
}

/** Of a package without one there is nothing to compare. */
async function isOurs(program: string): Promise<boolean> {
  const own = ownProgram(PROGRAM);
  if (own === undefined) return true;
  try {
    return (await readFile(own)).equals(await readFile(program));
  } catch (error) {
    // Whoever may not read it may use it all the same.
    if (isErrno(error, 'EACCES')) return true;
    throw error;
  }
}
