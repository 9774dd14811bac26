import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Arch } from '../image';
import type { Tree } from './tar';

/** `images` of the package: a folder for each image, with its recipe. */
const FOLDER = join(__dirname, '../../../images');

/** What is in one root file system. Modes are octal. */
export interface Part {
  /** Files out of the packages, with the libraries they need. A `*` stands for one name; `/` at the end for all in a folder. */
  programs: Record<string, string>;
  /** Files out of the packages that become one, in the order of their names. */
  joined: Record<string, string>;
  /** What the kernel has as modules of these, with what they depend on; `kernel/net/ipv4/` for all in a folder. */
  modules: string[];
  links: Record<string, string>;
  folders: Record<string, string>;
  /** The guest's own scripts and configuration: the files below `root/`. */
  root: Tree;
}

/** What an image is made of: recipe.json, and the files beside it. */
export interface Recipe extends Part {
  /** Packages that depend on a kernel: the first that the distribution has. */
  kernels: Record<Arch, string[]>;
  packages: string[];
  /** Where it is there, the root file system is a disk's, and this is the initrd that finds it by its label. */
  disk?: { label: string; uuid: string; initrd: Part };
  /** Changes with anything that would make another image of the same packages: the recipes, or the code that reads them. */
  digest: string;
}

type Files = ReadonlyMap<string, Buffer>;

interface Written extends Partial<Omit<Recipe, 'root' | 'digest' | 'disk'>> {
  /** Another image, all of which is in this one as well, unless this one says otherwise. */
  extends?: string;
  disk?: Omit<NonNullable<Recipe['disk']>, 'initrd'> & {
    /** `shared`: files of the root that are in the initrd too. */
    initrd: Partial<Omit<Part, 'root'>> & { shared: string[] };
  };
}

export async function readRecipe(name: string): Promise<Recipe> {
  const digest = createHash('sha256');
  const add = (files: Files): void => {
    for (const [path, data] of files) if (isInput(path)) digest.update(`${path}\0${data.length}\0`).update(data);
  };
  const layers: { written: Written; files: Files }[] = [];
  for (let next: string | undefined = name; next !== undefined; next = layers[0]?.written.extends) {
    const files = await readFiles(join(FOLDER, next));
    const written = JSON.parse((files.get('recipe.json') ?? '{}').toString()) as Written;
    layers.unshift({ written, files });
    add(files);
  }
  add(await readFiles(__dirname));
  const all = <T extends object>(pick: (layer: Written) => T | undefined): T =>
    Object.assign({}, ...layers.map(({ written }) => pick(written))) as T;
  const root: Tree = new Map(layers.flatMap(({ files }) => [...rootOf(files, 'root/')]));
  const last = layers.at(-1);
  const disk = last?.written.disk;
  return {
    kernels: all((layer) => layer.kernels),
    packages: layers.flatMap(({ written }) => written.packages ?? []),
    programs: all((layer) => layer.programs),
    joined: all((layer) => layer.joined),
    modules: layers.flatMap(({ written }) => written.modules ?? []),
    links: all((layer) => layer.links),
    folders: all((layer) => layer.folders),
    root,
    ...(disk && { disk: { ...disk, initrd: initrdOf(disk.initrd, root, last.files) } }),
    digest: digest.digest('hex'),
  };
}

function initrdOf({ shared, ...part }: NonNullable<Written['disk']>['initrd'], root: Tree, files: Files): Part {
  const both = [...root].filter(([path]) => shared.includes(path));
  const own = rootOf(files, 'initrd/');
  return { programs: {}, joined: {}, modules: [], links: {}, folders: {}, ...part, root: new Map([...both, ...own]) };
}

/** Of what lies beside this file only what runs: the compiler's other output may differ. */
function isInput(path: string): boolean {
  return !path.endsWith('.d.ts') && !path.endsWith('.map');
}

/** The files below a folder of the recipe's. */
function rootOf(files: Files, folder: 'root/' | 'initrd/'): Tree {
  const root: Tree = new Map();
  for (const [path, data] of files) {
    if (!path.startsWith(folder)) continue;
    // By what is in it, because neither npm nor git on every system keeps modes.
    const mode = data.toString('latin1', 0, 2) === '#!' ? 0o755 : 0o644;
    root.set(path.slice(folder.length), { type: 'file', mode, data });
  }
  return root;
}

async function readFiles(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.sort().map(async (path) => [path.slice(folder.length + 1), await readFile(path)] as const);
  return new Map(await Promise.all(files));
}
