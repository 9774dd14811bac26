import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Arch } from '../image';
import type { Tree } from './tar';

/** `images/micro` of the package. */
const FOLDER = join(__dirname, '../../../images/micro');

/** What the image is made of: images/micro/recipe.json, and the files beside it. Modes are octal. */
export interface Recipe {
  /** Packages that depend on a kernel: the first that the distribution has. */
  kernels: Record<Arch, string[]>;
  packages: string[];
  /** Files out of the packages, with the libraries they need. A `*` stands for one name. */
  programs: Record<string, string>;
  /** What the kernel has as modules of these, with what they depend on. */
  modules: string[];
  links: Record<string, string>;
  folders: Record<string, string>;
  /** The guest's own scripts and configuration. */
  root: Tree;
  /** Changes with anything that would make another image of the same packages: the recipe, or the code that reads it. */
  digest: string;
}

export async function readRecipe(): Promise<Recipe> {
  const [files, code] = await Promise.all([readFiles(FOLDER), readFiles(__dirname)]);
  const digest = createHash('sha256');
  for (const [path, data] of [...files, ...code].filter(([path]) => isInput(path))) {
    digest.update(`${path}\0${data.length}\0`).update(data);
  }
  const recipe = files.get('recipe.json') ?? Buffer.alloc(0);
  return {
    ...(JSON.parse(recipe.toString('utf8')) as Omit<Recipe, 'root' | 'digest'>),
    root: rootOf(files),
    digest: digest.digest('hex'),
  };
}

/** Of what lies beside this file only what runs: the compiler's other output may differ. */
function isInput(path: string): boolean {
  return !path.endsWith('.d.ts') && !path.endsWith('.map');
}

function rootOf(files: ReadonlyMap<string, Buffer>): Tree {
  const root: Tree = new Map();
  for (const [path, data] of files) {
    if (!path.startsWith('root/')) continue;
    // By what is in it, because neither npm nor git on every system keeps modes.
    const mode = data.toString('latin1', 0, 2) === '#!' ? 0o755 : 0o644;
    root.set(path.slice('root/'.length), { type: 'file', mode, data });
  }
  return root;
}

async function readFiles(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.sort().map(async (path) => [path.slice(folder.length + 1), await readFile(path)] as const);
  return new Map(await Promise.all(files));
}
