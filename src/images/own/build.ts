import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { HvError } from '../../errors';
import type { Arch, BootImage } from '../image';
import { Apt, type Package } from './apt';
import { writeCpio } from './cpio';
import { readPackage } from './deb';
import { decompress } from './decompress';
import { ext4Version, writeExt4 } from './ext4';
import { unpackKernel } from './kernel';
import { clearLeftovers } from './leftovers';
import { newestImage, publish, readImage, type Contents, type Kind } from './published';
import { readRecipe, type Recipe } from './recipe';
import { findKernel, packRoot } from './root';
import type { Tree } from './tar';

export interface BuildOptions {
  /** `micro` or `docker`: what its recipe's folder is called. */
  name: string;
  /** The others, whose packages may be the same. */
  others?: readonly string[];
  /** The images' folder of the cache. */
  cache: string;
  arch: Arch;
  signal?: AbortSignal | undefined;
  onProgress?: ((message: string, fraction?: number) => void) | undefined;
  /** Looks for newer packages, although an image is there. */
  refresh?: boolean | undefined;
}

/** The newest image of this recipe in the cache. */
export async function findOwn(options: Pick<BuildOptions, 'name' | 'cache' | 'arch'>): Promise<BootImage | undefined> {
  return newestImage(await kindOf(options), options.cache);
}

async function kindOf({ name, arch }: Pick<BuildOptions, 'name' | 'arch'>): Promise<Kind & { recipe: Recipe }> {
  return { name, arch, recipe: await readRecipe(name) };
}

/**
 * Makes one of hvkit's own guests out of the distribution's packages: a kernel and an initrd, and a disk where the recipe says
 * so. Needs no root. The same packages give the same bytes.
 */
export async function buildOwn(options: BuildOptions): Promise<BootImage> {
  const { name, others = [], cache, arch, signal, onProgress = () => undefined } = options;
  const folder = join(cache, name);
  const kind = await kindOf(options);
  const { recipe } = kind;
  if (options.refresh !== true) {
    const found = await newestImage(kind, cache);
    if (found) return found;
  }

  await clearLeftovers(folder, /\.new-[^.]*$/);
  onProgress('looking for packages');
  const apt = new Apt(arch, signal);
  const packages = await apt.resolve([await kernelPackage(apt, recipe, arch), ...recipe.packages]);
  const tools = recipe.disk ? [await ext4Version(signal)] : [];
  const key = createHash('sha256')
    .update(JSON.stringify([recipe.digest, arch, packages, ...tools]))
    .digest('hex')
    .slice(0, 16);
  const target = join(folder, `${arch}-${key}`);
  const made = await readImage(target, kind);
  if (made) return made;

  onProgress('downloading packages');
  const store = join(folder, 'packages');
  await apt.download(
    packages,
    store,
    others.map((other) => join(cache, other, 'packages')),
  );
  const contents = await pack(recipe, await unpackAll(packages, store, options), options);
  await publish(target, kind, contents, { packages, ...(tools[0] && { ext4: tools[0] }) });
  const built = await readImage(target, kind);
  if (!built) {
    throw new HvError({ code: 'ERR_IMAGE_BUILD', message: `the image in ${target} went away while it was made` });
  }
  return built;
}

async function unpackAll(
  packages: readonly Package[],
  store: string,
  { signal, onProgress = () => undefined }: BuildOptions,
): Promise<Tree> {
  const stock: Tree = new Map();
  for (const [index, { file, name }] of packages.entries()) {
    onProgress(`unpacking ${name}`, index / packages.length);
    for (const [path, entry] of await readPackage(join(store, file), signal)) stock.set(path, entry);
  }
  return stock;
}

async function pack(
  recipe: Recipe,
  stock: Tree,
  { signal, onProgress = () => undefined }: BuildOptions,
): Promise<Contents> {
  onProgress('packing the image', 1);
  const { image, release } = findKernel(stock);
  const unpack = (path: string, data: Buffer): Promise<Buffer> => decompress(path, data, signal);
  const root = await packRoot(recipe, stock, release, unpack);
  const unpacked = unpackKernel(image);
  const kernel = unpacked ? { kernel: unpacked, packed: image } : { kernel: image };
  const { disk } = recipe;
  if (!disk) return { ...kernel, initrd: writeCpio(root) };
  const initrd = writeCpio(await packRoot(disk.initrd, stock, release, unpack));
  return { ...kernel, initrd, disk: (path) => writeExt4(path, root, disk, signal) };
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
