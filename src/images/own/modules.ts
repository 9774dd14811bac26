import { HvError } from '../../errors';
import { section } from './elf';
import type { Tree } from './tar';

/** A module's file, which may be compressed. */
const FILE = /^(.*\/([^/]+)\.ko)(?:\.[a-z]+)?$/;

/** A kernel's modules by name, as they lie in its package. */
export interface KernelModules {
  /** `6.1.0-56-cloud-amd64`. */
  release: string;
  modules: ReadonlyMap<string, { path: string; data: Buffer }>;
  builtin: ReadonlySet<string>;
}

/**
 * The wanted modules and all they depend on, each behind what it depends on. What the kernel has built in, or does not have
 * at all, is left out.
 */
export function orderModules(kernel: KernelModules, wanted: readonly string[]): string[] {
  const ordered = new Set<string>();
  const visiting = new Set<string>();
  const place = (name: string, by?: string): void => {
    if (ordered.has(name) || kernel.builtin.has(name)) return;
    const found = kernel.modules.get(name);
    if (!found) {
      if (by === undefined) return;
      throw new HvError({
        code: 'ERR_IMAGE_BUILD',
        message: `the kernel's module ${by} needs ${name}, which its package does not have`,
      });
    }
    if (visiting.has(name)) {
      throw new HvError({ code: 'ERR_IMAGE_BUILD', message: `the kernel's module ${name} depends on itself` });
    }
    visiting.add(name);
    for (const dependency of dependencies(found.data)) place(dependency, name);
    ordered.add(name);
  };
  for (const name of wanted) place(name);
  return [...ordered];
}

/** `modules.dep` as modprobe reads it: a module's file, and behind it what it depends on, the nearest first. */
export function modulesDep(kernel: KernelModules, names: readonly string[]): string {
  const file = (name: string): string => kernel.modules.get(name)?.path ?? '';
  const lines = names.map((name) => {
    const needed = orderModules(kernel, [name]).filter((each) => each !== name);
    return `${file(name)}:${needed
      .reverse()
      .map((each) => ` ${file(each)}`)
      .join('')}\n`;
  });
  return lines.join('');
}

/** `modules.alias` as modprobe reads it: what else the kernel, or somebody, may ask for a module by. */
export function modulesAlias(kernel: KernelModules, names: readonly string[]): string {
  const lines = names.flatMap((name) =>
    fields(kernel.modules.get(name)?.data, 'alias').map((alias) => `alias ${alias} ${name}\n`),
  );
  return lines.join('');
}

/** The names of the modules that a module says it needs. */
export function dependencies(module: Buffer): string[] {
  const [depends = ''] = fields(module, 'depends');
  return depends
    .split(',')
    .filter((name) => name !== '')
    .map(moduleName);
}

/** What a module says of itself under a name. */
function fields(module: Buffer | undefined, name: string): string[] {
  const all = (module && section(module, '.modinfo')?.toString('latin1').split('\0')) ?? [];
  return all.filter((field) => field.startsWith(`${name}=`)).map((field) => field.slice(name.length + 1));
}

/** The names of the wanted modules, where `kernel/net/ipv4/` stands for all that are in this folder or below it. */
export function moduleNames(stock: Tree, release: string, wanted: readonly string[]): string[] {
  const paths = [...stock.keys()].sort();
  return wanted.flatMap((each) => {
    if (!each.endsWith('/')) return [each];
    const folder = `usr/lib/modules/${release}/${each}`;
    return paths.flatMap((path) => (path.startsWith(folder) ? (FILE.exec(path)?.slice(2).map(moduleName) ?? []) : []));
  });
}

/** The wanted modules and what they depend on, out of a kernel's package; `unpack` takes off their compression. */
export async function readModules(
  stock: Tree,
  release: string,
  wanted: readonly string[],
  unpack: (path: string, data: Buffer) => Promise<Buffer>,
): Promise<KernelModules> {
  const folder = `usr/lib/modules/${release}/`;
  const packed = new Map<string, { path: string; plain: string; data: Buffer }>();
  for (const [path, entry] of stock) {
    const [, plain = '', name = ''] = FILE.exec(path) ?? [];
    if (entry.type === 'file' && plain.startsWith(folder)) {
      packed.set(moduleName(name), { path, plain, data: entry.data });
    }
  }
  const modules = new Map<string, { path: string; data: Buffer }>();
  const read = async (name: string): Promise<void> => {
    const found = packed.get(name);
    if (!found || modules.has(name)) return;
    const data = await unpack(found.path, found.data);
    modules.set(name, { path: found.plain.slice(folder.length), data });
    for (const dependency of dependencies(data)) await read(dependency);
  };
  for (const name of wanted) await read(name);
  const builtin = stock.get(`${folder}modules.builtin`);
  const lines = builtin?.type === 'file' ? builtin.data.toString('utf8').split('\n') : [];
  return { release, modules, builtin: new Set(lines.map((line) => moduleName(line.replace(/^.*\/|\.ko.*$/g, '')))) };
}

/** Files spell names with hyphens as well, the kernel does not. */
function moduleName(name: string): string {
  return name.replaceAll('-', '_');
}
