import { HvError } from '../../errors';
import { moduleNames, modulesAlias, modulesDep, orderModules, readModules } from './modules';
import { joinFiles, linkApplets, placePrograms } from './programs';
import type { Part } from './recipe';
import type { Tree } from './tar';

type Unpack = (path: string, data: Buffer) => Promise<Buffer>;

/** Puts a root file system together: the recipe's own files, programs with their libraries, modules. */
export async function packRoot(part: Part, stock: Tree, release: string, unpack: Unpack): Promise<Tree> {
  const root: Tree = new Map(part.root);
  for (const [path, mode] of Object.entries(part.folders)) {
    root.set(path, { type: 'directory', mode: parseInt(mode, 8) });
  }
  for (const [path, target] of Object.entries(part.links)) root.set(path, { type: 'symlink', target });
  placePrograms(part.programs, stock, root);
  for (const [path, pattern] of Object.entries(part.joined)) {
    root.set(path, { type: 'file', mode: 0o644, data: joinFiles(pattern, stock) });
  }
  linkApplets(root);

  const wanted = moduleNames(stock, release, part.modules);
  const kernel = await readModules(stock, release, wanted, unpack);
  const names = orderModules(kernel, wanted);
  const folder = `usr/lib/modules/${release}`;
  for (const name of names) {
    const found = kernel.modules.get(name);
    if (found) root.set(`${folder}/${found.path}`, { type: 'file', mode: 0o644, data: found.data });
  }
  const lists = { 'modules.dep': modulesDep(kernel, names), 'modules.alias': modulesAlias(kernel, names) };
  for (const [name, text] of Object.entries(lists)) {
    root.set(`${folder}/${name}`, { type: 'file', mode: 0o644, data: Buffer.from(text) });
  }
  return root;
}

/** The kernel in the unpacked packages, and its release. */
export function findKernel(stock: Tree): { image: Buffer; release: string } {
  for (const [path, entry] of stock) {
    const release = /^boot\/vmlinuz-(.+)$/.exec(path)?.[1];
    if (release !== undefined && entry.type === 'file') return { image: entry.data, release };
  }
  throw new HvError({ code: 'ERR_IMAGE_BUILD', message: "the kernel's package has no boot/vmlinuz-*" });
}
