import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { HvError } from '../../errors';
import { isErrno, namesIn, syncFolder } from '../../files';
import type { Arch, BootImage } from '../image';
import { readRecord } from '../record';
import { Apt, type Package } from './apt';
import { readPackage } from './deb';
import { findKernel, packInitrd } from './initrd';
import { unpackKernel } from './kernel';
import { clearLeftovers } from './leftovers';
import { readRecipe, type Recipe } from './recipe';
import type { Tree } from './tar';
import { decompress } from './decompress';

/** The kernel's arguments; the driver knows the console. */
const CMDLINE = 'quiet';

export interface MicroOptions {
  /** The images' folder of the cache. */
  cache: string;
  arch: Arch;
  signal?: AbortSignal;
  onProgress?: (message: string, fraction?: number) => void;
  /** Looks for newer packages, although an image is there. */
  refresh?: boolean;
}

/** What an image was made of, and what came out; it stands beside it. */
interface Lock {
  arch: Arch;
  recipe: string;
  packages: Package[];
  files: Record<'kernel' | 'initrd', { size: number; sha256: string }>;
}

/** The newest image of this recipe in the cache. */
export async function findMicro({ cache, arch }: Pick<MicroOptions, 'cache' | 'arch'>): Promise<BootImage | undefined> {
  return newest(join(cache, 'micro'), arch, await readRecipe());
}

/**
 * Makes hvkit's own small guest out of the distribution's packages: Debian's cloud kernel and an initrd with busybox and an ssh
 * server. Needs no root. The same packages give the same bytes.
 */
export async function buildMicro(options: MicroOptions): Promise<BootImage> {
  const { cache, arch, signal, onProgress = () => undefined } = options;
  const folder = join(cache, 'micro');
  const recipe = await readRecipe();
  if (options.refresh !== true) {
    const found = await newest(folder, arch, recipe);
    if (found) return found;
  }

  await clearLeftovers(folder, /\.new-[^.]*$/);
  onProgress('looking for packages');
  const apt = new Apt(arch, signal);
  const packages = await apt.resolve([await kernelPackage(apt, recipe, arch), ...recipe.packages]);
  const key = createHash('sha256')
    .update(JSON.stringify([recipe.digest, arch, packages]))
    .digest('hex')
    .slice(0, 16);
  const target = join(folder, `${arch}-${key}`);
  const made = await readImage(target, arch, recipe);
  if (made) return made;

  onProgress('downloading packages');
  const store = join(folder, 'packages');
  await apt.download(packages, store);
  const stock: Tree = new Map();
  for (const [index, { file, name }] of packages.entries()) {
    onProgress(`unpacking ${name}`, index / packages.length);
    for (const [path, entry] of await readPackage(join(store, file), signal)) stock.set(path, entry);
  }

  onProgress('packing the image', 1);
  const { image, release } = findKernel(stock);
  const initrd = await packInitrd(recipe, stock, release, (path, data) => decompress(path, data, signal));
  const meanwhile = await readImage(target, arch, recipe);
  if (meanwhile) return meanwhile;
  // What is there all the same is damaged.
  await rm(target, { recursive: true, force: true });
  await publish(target, { kernel: unpackKernel(image), initrd }, { arch, recipe: recipe.digest, packages });
  const built = await readImage(target, arch, recipe);
  if (!built) {
    throw new HvError({ code: 'ERR_IMAGE_BUILD', message: `the image in ${target} went away while it was made` });
  }
  return built;
}

async function kernelPackage(apt: Apt, recipe: Recipe, arch: Arch): Promise<string> {
  const candidates = recipe.kernels[arch];
  const name = await apt.first(candidates);
  if (name !== undefined) return name;
  throw new HvError({
    code: 'ERR_PACKAGE_UNKNOWN',
    message: `apt knows no kernel for ${arch}: neither ${candidates.join(' nor ')}`,
    hint: 'Fetch the lists of packages, then try again: sudo apt-get update',
  });
}

/** All or nothing: the folder appears with all that belongs into it, or another process was first and its image stays. */
async function publish(
  target: string,
  files: Record<'kernel' | 'initrd', Buffer>,
  made: Omit<Lock, 'files'>,
): Promise<void> {
  const work = await mkdtemp(`${target}.new-`);
  try {
    const digest = (data: Buffer) => ({ size: data.length, sha256: createHash('sha256').update(data).digest('hex') });
    const lock: Lock = { ...made, files: { kernel: digest(files.kernel), initrd: digest(files.initrd) } };
    await writeDurably(join(work, 'kernel'), files.kernel);
    await writeDurably(join(work, 'initrd'), files.initrd);
    await writeDurably(join(work, 'lock.json'), Buffer.from(`${JSON.stringify(lock, undefined, 2)}\n`));
    await syncFolder(work);
    await rename(work, target).catch((error: unknown) => {
      if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    });
    await syncFolder(join(target, '..'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function newest(folder: string, arch: Arch, recipe: Recipe): Promise<BootImage | undefined> {
  const names = await namesIn(folder);
  const images: { image: BootImage; made: number }[] = [];
  for (const name of names.filter((each) => each.startsWith(`${arch}-`) && !each.includes('.'))) {
    const image = await readImage(join(folder, name), arch, recipe);
    if (image) images.push({ image, made: (await stat(join(folder, name))).mtimeMs });
  }
  return images.sort((a, b) => b.made - a.made)[0]?.image;
}

function isLock(value: Readonly<Record<string, unknown>>): value is Record<string, unknown> & Lock {
  const { files } = value;
  if (typeof files !== 'object' || files === null) return false;
  return [(files as Lock['files']).kernel, (files as Lock['files']).initrd].every(
    (file: Partial<Lock['files']['kernel']> | undefined) => typeof file?.sha256 === 'string',
  );
}

/** Undefined where there is none, one that is damaged, or one of another recipe. */
async function readImage(folder: string, arch: Arch, recipe: Recipe): Promise<BootImage | undefined> {
  const lock = await readRecord(join(folder, 'lock.json'), isLock);
  if (lock?.recipe !== recipe.digest || lock.arch !== arch) return undefined;
  const { kernel, initrd } = lock.files;
  return {
    name: 'micro',
    digest: createHash('sha256').update(`${kernel.sha256}\n${initrd.sha256}\n`).digest('hex'),
    arch,
    kernel: { path: join(folder, 'kernel'), sha256: kernel.sha256 },
    initrd: { path: join(folder, 'initrd'), sha256: initrd.sha256 },
    cmdline: CMDLINE,
    user: 'hvkit',
    init: 'micro',
  };
}

async function writeDurably(path: string, data: Buffer): Promise<void> {
  await writeFile(path, data, { flag: 'wx', mode: 0o644, flush: true });
}
