import { access, constants, readdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { HvError } from '../errors';
import { isErrno, sizeOf } from '../files';
import type { Arch, BootImage } from './image';
import type { ImageInfo } from './image-info';
import type { ImageWork } from './work';

export const MICRO = 'micro';
export const DOCKER = 'docker';

/** hvkit's own images. They need the programs of Debian's and Ubuntu's package manager, and no root. */
const OWN: Readonly<Record<string, string>> = {
  [MICRO]: "hvkit's own: small, boots in seconds, built from the distribution's packages",
  [DOCKER]: "hvkit's own Docker host, built from the distribution's packages",
};

export const OWN_NAMES = Object.keys(OWN);

const PROGRAMS = ['apt-get', 'apt-cache', 'dpkg-deb'];

export interface OwnOptions extends ImageWork {
  name: string;
  cache: string;
  arch: Arch;
  /** Looks for newer packages, although an image is there. */
  refresh?: boolean;
}

type Where = Pick<OwnOptions, 'name' | 'cache' | 'arch'>;

export function isOwn(name: string): boolean {
  return Object.hasOwn(OWN, name);
}

/** Whether they could be built on this host. */
export async function canBuildOwn(env: NodeJS.ProcessEnv): Promise<boolean> {
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

export async function ownImage(options: OwnOptions): Promise<BootImage> {
  const { buildOwn } = require('./own/build') as typeof import('./own/build');
  try {
    return await buildOwn({ ...options, others: OWN_NAMES.filter((each) => each !== options.name) });
  } catch (error) {
    throw withWayOut(error);
  }
}

/**
 * What helps against what a program says, where that is known. Not beside those programs: whatever changes there makes every
 * image that was built an older one.
 */
const WAYS_OUT: readonly (readonly [said: RegExp, hint: string])[] = [
  [
    /resolving|unable to connect|could not connect|connection (?:failed|timed out)|unreachable/i,
    'Is there a network, and does apt know the proxy? sudo apt-get update shows. An image that is a file needs neither: --image ./disk.qcow2',
  ],
  [/404 +not found/i, 'The lists of packages are old: sudo apt-get update'],
];

function withWayOut(error: unknown): unknown {
  if (!HvError.is(error) || error.code !== 'ERR_PROGRAM_FAILED') return error;
  const { code, message, cause } = error;
  const hint = WAYS_OUT.find(([said]) => said.test(message))?.[1];
  return hint === undefined ? error : new HvError({ code, message, hint, cause });
}

export async function cachedOwn(where: Where): Promise<BootImage | undefined> {
  const { findOwn } = require('./own/build') as typeof import('./own/build');
  return findOwn(where);
}

/** What is known of it, with the bytes that it takes together with the packages that it was made of. */
export async function ownInfo(where: Where): Promise<ImageInfo> {
  const { name, cache, arch } = where;
  const cached = (await cachedOwn(where)) ? await folderSize(join(cache, name)) : undefined;
  return { name, description: OWN[name] ?? '', arch, ...(cached !== undefined && { cached }) };
}

export async function removeOwn({ name, cache }: Pick<OwnOptions, 'name' | 'cache'>): Promise<boolean> {
  const folder = join(cache, name);
  if ((await folderSize(folder)) === 0) return false;
  await rm(folder, { recursive: true, force: true });
  return true;
}

export function requireOwn(name: string): void {
  if (isOwn(name)) return;
  throw new HvError({
    code: 'ERR_NO_IMAGE',
    message: `"${name}" is not one of hvkit's own images`,
    hint: OWN_NAMES.map((own) => `hvkit image build ${own}`).join(', or '),
  });
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
