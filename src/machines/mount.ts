import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { HvError } from '../errors';
import { isErrno } from '../files';
import type { MachineRecord } from './machine-file';
import { requireAwake } from './lifecycle';
import { linkFolder, sharedAs, unlinkFolder } from './mount-share';
import { sshConfigFile } from './remote';
import type { Workplace } from './workplace';

/** Milliseconds for a program to mount or to unmount. */
const PATIENCE = 60_000;

export interface MountPlaces {
  /** In the machine. */
  path: string;
  /** A folder of this host, which is there. */
  mountPoint: string;
  /** Who is logged in as, instead of the machine's usual user. */
  user?: string | undefined;
}

export interface Mounted {
  /** The folder of this host that the machine has as that one, by a share: the mount point is a link to it. */
  share?: string;
}

/**
 * A folder of a machine in a folder of this host: what is a share by a link, also of a machine that is off; all else by sshfs,
 * over ssh as hvkit itself uses it, with the machine's host key.
 */
export async function mountFolder(
  place: Workplace,
  record: MachineRecord,
  { path, mountPoint, user }: MountPlaces,
): Promise<Mounted> {
  await requireFolder(mountPoint);
  const share = sharedAs(record.spec.shares, path);
  if (share !== undefined) {
    await linkFolder(share, mountPoint);
    return { share };
  }
  await requireAwake(place, record);
  const config = await sshConfigFile(place, record);
  const from = `${user === undefined ? '' : `${user}@`}${record.name}:${path}`;
  await runs(['sshfs', ['-F', config, from, resolve(mountPoint)]], 'apt install sshfs', place.env);
  return {};
}

export async function unmountFolder(place: Workplace, mountPoint: string): Promise<void> {
  if (await unlinkFolder(place, mountPoint)) return;
  const { env } = place;
  const folder = resolve(mountPoint);
  // Of what is there twice the newer one is sshfs's own today.
  const programs = process.platform === 'linux' ? ['fusermount3', 'fusermount'] : ['umount'];
  const words = process.platform === 'linux' ? ['-u', folder] : [folder];
  const [first = '', second] = programs;
  try {
    await runs([first, words], 'apt install fuse3', env);
  } catch (error) {
    if (second === undefined || !HvError.is(error) || error.code !== 'ERR_NO_PROGRAM') throw error;
    await runs([second, words], 'apt install fuse3', env);
  }
}

async function requireFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  const message = `There is no folder ${path} to mount it in`;
  throw new HvError({ code: 'ERR_MOUNT', message, hint: `mkdir -p '${path}'` });
}

/** What it says is kept for the error: where it goes well it says nothing. */
async function runs(
  [program, words]: readonly [string, readonly string[]],
  install: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  // That of spawn() goes on where there is no such program, and so does whoever asked.
  const timer = setTimeout(() => child.kill(), PATIENCE);
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, reject) => {
    child.once('error', (error) => {
      reject(isErrno(error, 'ENOENT') ? missing(program, install) : error);
    });
    // Not `close`: sshfs goes on in the background, with what it has inherited.
    child.once('exit', (...how) => {
      done(how);
    });
  }).finally(() => {
    clearTimeout(timer);
  });
  child.stderr.destroy();
  if (status === 0) return;
  const text = said.trim();
  const ending = child.killed
    ? `it was stopped after ${PATIENCE / 1000} s`
    : `it ended with ${signal ?? `status ${status ?? 'unknown'}`}`;
  const why = text === '' || child.killed ? [ending, text].filter(Boolean).join(': ') : text;
  throw new HvError({ code: 'ERR_MOUNT', message: `${program} failed: ${why}` });
}

function missing(program: string, install: string): HvError {
  return new HvError({ code: 'ERR_NO_PROGRAM', message: `There is no program ${program}`, hint: install });
}
