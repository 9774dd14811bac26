import { HvError } from '../../errors';
import { isElf, linkedWith } from './elf';
import type { Entry, Tree } from './tar';

/** Puts programs out of the unpacked packages into `root`, each where it lay, with the libraries that it needs. */
export function placePrograms(programs: Readonly<Record<string, string>>, stock: Tree, root: Tree): void {
  const libraries = librariesOf(stock);
  const place = (path: string, mode: number): void => {
    if (root.has(path)) return;
    const data = readFile(stock, path);
    root.set(path, { type: 'file', mode, data });
    if (!isElf(data)) return;
    const { libraries: names, interpreter } = linkedWith(data);
    for (const name of names) {
      const found = libraries.get(name);
      if (found === undefined) throw missing(`${name}, which ${path} needs`);
      place(found, 0o755);
    }
    // Under the very name that the kernel opens.
    if (interpreter !== undefined) place(merged(interpreter.slice(1)), 0o755);
  };
  for (const [pattern, mode] of Object.entries(programs)) {
    const paths = matches(stock, pattern.endsWith('/') ? `${pattern}*` : pattern);
    for (const path of pattern.endsWith('/') ? paths : paths.slice(0, 1)) place(path, parseInt(mode, 8));
  }
}

/** All files of a pattern, one behind the other. */
export function joinFiles(pattern: string, stock: Tree): Buffer {
  return Buffer.concat(matches(stock, pattern).map((path) => readFile(stock, path)));
}

/** A link for each of busybox's programs that the image does not have already. */
export function linkApplets(root: Tree): void {
  const busybox = root.get('usr/bin/busybox');
  if (busybox?.type !== 'file') throw missing('usr/bin/busybox');
  for (const name of applets(busybox.data)) {
    if (!root.has(`usr/bin/${name}`) && !root.has(`usr/sbin/${name}`)) {
      root.set(`usr/bin/${name}`, { type: 'symlink', target: 'busybox' });
    }
  }
}

/** The names of busybox's programs, from its own sorted list: it may be for another processor, so it cannot be asked. */
export function applets(busybox: Buffer): string[] {
  const names: string[] = [];
  const start = busybox.indexOf('\0[\0[[\0', 0, 'latin1') + 1;
  if (start === 0) throw missing("busybox's list of programs");
  for (let at = start; ;) {
    const end = busybox.indexOf(0, at);
    const name = busybox.toString('latin1', at, end);
    const last = names.at(-1);
    if (!/^[\w.[-]+$/.test(name) || (last !== undefined && name <= last)) return names;
    names.push(name);
    at = end + 1;
  }
}

/** Where a path lies when /bin, /sbin and /lib are links into /usr. */
export function merged(path: string): string {
  return /^(?:s?bin|lib(?:32|64|x32)?)(?:\/|$)/.test(path) ? `usr/${path}` : path;
}

function librariesOf(stock: Tree): Map<string, string> {
  const libraries = new Map<string, string>();
  for (const path of stock.keys()) {
    const name = /^usr\/lib(?:exec|64)?\/.*?([^/]+\.so(?:\.[^/]*)?)$/.exec(path)?.[1];
    if (name === undefined) continue;
    // Variants for newer processors lie deeper.
    const other = libraries.get(name);
    if (other === undefined || path.length < other.length) libraries.set(name, path);
  }
  return libraries;
}

/** At least one, sorted. */
function matches(stock: Tree, pattern: string): string[] {
  if (!pattern.includes('*')) return [pattern];
  const expression = new RegExp(`^${pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '[^/]+')}$`);
  const found = [...stock.keys()].filter((path) => expression.test(path)).sort();
  if (found.length === 0) throw missing(pattern);
  return found;
}

/** The contents of a file, through links that stay in their folder or begin at the root. */
function readFile(stock: Tree, path: string): Buffer {
  let at = path;
  const seen = new Set<string>();
  for (let entry: Entry | undefined; (entry = stock.get(at)) && !seen.has(at);) {
    seen.add(at);
    if (entry.type === 'file') return entry.data;
    if (entry.type === 'directory') break;
    at = merged(entry.target.startsWith('/') ? entry.target.slice(1) : at.replace(/[^/]*$/, entry.target));
  }
  throw missing(path);
}

function missing(what: string): HvError {
  return new HvError({ code: 'ERR_IMAGE_BUILD', message: `the distribution's packages have no ${what}` });
}
