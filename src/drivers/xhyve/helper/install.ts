import { chmod, chown, lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../../errors';
import { isErrno, writeWhole } from '../../../files';
import { ownProgram } from '../../../native/program';
import type { HostSetup } from '../../driver';
import { requireAnswer } from './client';
import { daemonPlist, usersOf, type DaemonPlace } from './daemon';
import { PROGRAM, SETUP } from './health';
import { requireSafe } from './place';

/** What starts daemons on this system, and keeps them running. */
export interface Launcher {
  /** As the file says, from now on and from each boot. One that runs by an older file ends. */
  start(daemon: string): Promise<void>;
  isStarted(): Promise<boolean>;
  stop(): Promise<void>;
}

export interface Installation {
  readonly place: DaemonPlace;
  readonly launcher: Launcher;
  /** Who calls: `SUDO_UID` is the user behind sudo. */
  readonly env: NodeJS.ProcessEnv;
  /** The program to install; the one that comes with this package unless told. */
  readonly program?: string | undefined;
}

const FOR_ALL = 0o755;
const READABLE = 0o644;
const START_MS = 10_000;
const PAUSE_MS = 50;
type Say = (line: string) => void;

/** Puts the helper where only root can change it, and has it started. */
export function helperSetup({ place, launcher, env, program }: Installation): HostSetup {
  return {
    async install(say) {
      requireRoot(SETUP);
      const source = program ?? ownProgram(PROGRAM);
      if (source === undefined) throw noProgram();
      for (const file of [place.program, place.daemon]) await mkdir(dirname(file), { recursive: true, mode: FOR_ALL });
      // A folder that is somebody's would have them replace what root runs.
      await requireSafe({ ...place, program: dirname(place.program) });

      const users = [...new Set([...(await presentUsers(place)), ...callers(env)])].sort((one, other) => one - other);
      const changed = [
        await put(place.program, await readFile(source), FOR_ALL, say),
        await put(place.daemon, Buffer.from(daemonPlist(place, users)), READABLE, say),
      ];
      if (changed.includes(true) || !(await launcher.isStarted())) {
        await launcher.start(place.daemon);
        say(`The helper runs, and will after each boot: ${place.socket}`);
      }
      await answers(place);
      say(
        `It serves ${users.length === 0 ? 'root alone' : `root and ${users.map((uid) => `user ${uid}`).join(', ')}`}.`,
      );
    },
    async uninstall(say) {
      requireRoot(`${SETUP} --uninstall`);
      if (await launcher.isStarted()) {
        await launcher.stop();
        say('The helper is stopped. Machines that run keep their network until they end.');
      }
      for (const path of [place.daemon, place.program, place.socket, place.state, place.log]) {
        if (!(await isThere(path))) continue;
        await rm(path, { recursive: true });
        say(`Removed ${path}`);
      }
      say('Nothing of the helper is left.');
    },
  };
}

/** As it is to be, root's, in one step. False: it was so already. */
async function put(path: string, bytes: Buffer, mode: number, say: Say): Promise<boolean> {
  if (await isLike(path, bytes, mode)) {
    say(`${path} is as it should be`);
    return false;
  }
  await writeWhole(path, bytes, { mode });
  // Whatever the umask was, and the group of the folder.
  await chown(path, 0, 0);
  await chmod(path, mode);
  say(`Wrote ${path}`);
  return true;
}

async function isLike(path: string, bytes: Buffer, mode: number): Promise<boolean> {
  try {
    const status = await lstat(path);
    if (!status.isFile() || status.uid !== 0 || (status.mode & 0o7777) !== mode) return false;
    return bytes.equals(await readFile(path));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Whom it was installed for before: another user's set-up takes it from nobody. */
async function presentUsers({ daemon }: DaemonPlace): Promise<number[]> {
  try {
    return usersOf(await readFile(daemon));
  } catch (error) {
    if (isErrno(error, 'ENOENT') || HvError.is(error)) return [];
    throw error;
  }
}

function callers({ SUDO_UID: uid }: NodeJS.ProcessEnv): number[] {
  return uid !== undefined && /^[1-9]\d{0,9}$/.test(uid) ? [Number(uid)] : [];
}

/** launchd starts it when it comes to that. */
async function answers(place: DaemonPlace): Promise<void> {
  const until = performance.now() + START_MS;
  for (;;) {
    try {
      await requireAnswer(place);
      return;
    } catch (error) {
      if (!HvError.is(error) || error.code !== 'ERR_XHYVE_HELPER' || performance.now() > until) throw error;
    }
    await delay(PAUSE_MS);
  }
}

function requireRoot(command: string): void {
  if (process.geteuid?.() === 0) return;
  throw new HvError({
    code: 'ERR_NEEDS_ROOT',
    message: 'Only root can install or remove what is to run as root',
    hint: command,
  });
}

function noProgram(): HvError {
  return new HvError({
    code: 'ERR_XHYVE_SETUP',
    message: `This package has no ${PROGRAM} for this system`,
    hint: 'npm run build in a checkout makes it.',
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
