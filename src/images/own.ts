import { access, constants, readdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { isErrno, sizeOf } from '../files';
import type { Arch, BootImage } from './image';
import type { ImageWork } from './work';

/** hvkit's own image. It needs the programs of Debian's and Ubuntu's package manager, and no root. */
export const MICRO = 'micro';

const PROGRAMS = ['apt-get', 'apt-cache', 'dpkg-deb'];

export interface OwnOptions extends ImageWork {
  cache: string;
  arch: Arch;
  /** Looks for newer packages, although an image is there. */
  refresh?: boolean;
}

/** Whether it could be built on this host. */
export async function canBuildMicro(env: NodeJS.ProcessEnv): Promise<boolean> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = PROGRAMS.map((program) => isThere(program, folders));
  return (await Promise.all(found)).every(Boolean);
}

async function isThere(program: string, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

export async function micro({ cache, arch, signal, onProgress, refresh }: OwnOptions): Promise<BootImage> {
  const { buildMicro } = require('./micro/micro') as typeof import('./micro/micro');
  return buildMicro({
    cache,
    arch,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(refresh !== undefined && { refresh }),
  });
}

export async function cachedMicro(cache: string, arch: Arch): Promise<BootImage | undefined> {
  const { findMicro } = require('./micro/micro') as typeof import('./micro/micro');
  return findMicro({ cache, arch });
}

/** Bytes that it takes, with the packages that it was made of; undefined: it is not there. */
export async function microSize(cache: string, arch: Arch): Promise<number | undefined> {
  if (!(await cachedMicro(cache, arch))) return undefined;
  return folderSize(join(cache, MICRO));
}

export async function removeMicro(cache: string): Promise<boolean> {
  const folder = join(cache, MICRO);
  if ((await folderSize(folder)) === 0) return false;
  await rm(folder, { recursive: true, force: true });
  return true;
}

async function folderSize(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await entriesOf(folder)) {
    if (entry.isFile()) bytes += (await sizeOf(join(entry.parentPath, entry.name))) ?? 0;
  }
  return bytes;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
