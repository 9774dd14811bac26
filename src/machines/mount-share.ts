import { lstat, mkdir, readlink, realpath, rmdir, stat, symlink, unlink } from 'node:fs/promises';
import { dirname, join, posix, resolve } from 'node:path';

import type { Share } from '../drivers/driver';
import { HvError } from '../errors';
import { isErrno } from '../files';
import { survey } from './survey';
import type { Workplace } from './workplace';

/** The folder of this host that a machine has under this path, by a share. One that does not begin with / is in a user's home. */
export function sharedAs(shares: readonly Share[], path: string): string | undefined {
  const wanted = posix.normalize(path);
  const [nearest] = shares
    .filter(({ guest }) => isWithin(wanted, guest))
    .sort((one, other) => other.guest.length - one.guest.length);
  return nearest && join(nearest.host, posix.relative(nearest.guest, wanted));
}

/** In the place of a folder that is empty: the files are on this host, and reached without a detour through the guest. */
export async function linkFolder(folder: string, mountPoint: string): Promise<void> {
  const place = resolve(mountPoint);
  const [there, here] = await Promise.all([realPathOf(folder), realPathOf(place)]);
  if (there === undefined) throw refused(folder, 'there is no such folder');
  // It is a link already, or the very folder.
  if (here === there) return;
  // Whoever is in it would be nowhere.
  if (place === process.cwd()) throw refused(folder, 'no link can take the place of the folder that you are in');
  try {
    await rmdir(place);
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY')) throw error;
    throw refused(folder, `a link to it takes the place of an empty folder, and ${mountPoint} is none`);
  }
  try {
    await symlink(folder, place);
  } catch (error) {
    await mkdir(place);
    throw error;
  }
}

/** Puts a folder in the place of such a link. False: there is none, and it is something else that is mounted there. */
export async function unlinkFolder({ store }: Workplace, mountPoint: string): Promise<boolean> {
  const place = resolve(mountPoint);
  const { records } = await survey(store);
  const isShared = (path: string): boolean =>
    records.some(({ spec }) => spec.shares.some(({ host }) => isWithin(path, host)));
  const isLink = await isLinkAt(place);
  if (isLink === undefined) return false;
  if (!isLink) return isShared(place) && !(await isMounted(place));
  if (!isShared(resolve(dirname(place), await readlink(place)))) return false;
  await unlink(place);
  await mkdir(place);
  return true;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Undefined: nothing is there, or what does not answer any more, as an sshfs whose machine is off. */
async function isLinkAt(path: string): Promise<boolean | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ENOTCONN', 'EIO')) return undefined;
    throw error;
  }
}

async function isMounted(path: string): Promise<boolean> {
  const [own, above] = await Promise.all([stat(path), stat(dirname(path))]);
  return own.dev !== above.dev;
}

function refused(folder: string, why: string): HvError {
  return new HvError({
    code: 'ERR_MOUNT',
    message: `It is a share, ${folder} of this host: ${why}`,
    hint: `ls '${folder}' shows the same files.`,
  });
}
