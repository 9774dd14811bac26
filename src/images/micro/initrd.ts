import { HvError } from '../../errors';
import { writeCpio } from './cpio';
import { modulesDep, orderModules, readModules } from './modules';
import { linkApplets, placePrograms } from './programs';
import type { Recipe } from './recipe';
import type { Tree } from './tar';

/** Puts the initrd together: the recipe's own files, programs with their libraries, modules. */
export async function packInitrd(
  recipe: Recipe,
  stock: Tree,
  release: string,
  unpack: (path: string, data: Buffer) => Promise<Buffer>,
): Promise<Buffer> {
  const root: Tree = new Map(recipe.root);
  for (const [path, mode] of Object.entries(recipe.folders)) {
    root.set(path, { type: 'directory', mode: parseInt(mode, 8) });
  }
  for (const [path, target] of Object.entries(recipe.links)) root.set(path, { type: 'symlink', target });
  placePrograms(recipe.programs, stock, root);
  linkApplets(root);

  const kernel = await readModules(stock, release, recipe.modules, unpack);
  const names = orderModules(kernel, recipe.modules);
  const folder = `usr/lib/modules/${release}`;
  for (const name of names) {
    const found = kernel.modules.get(name);
    if (found) root.set(`${folder}/${found.path}`, { type: 'file', mode: 0o644, data: found.data });
  }
  root.set(`${folder}/modules.dep`, { type: 'file', mode: 0o644, data: Buffer.from(modulesDep(kernel, names)) });
  return writeCpio(root);
}

/** The kernel in the unpacked packages, and its release. */
export function findKernel(stock: Tree): { image: Buffer; release: string } {
  for (const [path, entry] of stock) {
    const release = /^boot\/vmlinuz-(.+)$/.exec(path)?.[1];
    if (release !== undefined && entry.type === 'file') return { image: entry.data, release };
  }
  throw new HvError({ code: 'ERR_IMAGE_BUILD', message: "the kernel's package has no boot/vmlinuz-*" });
}
