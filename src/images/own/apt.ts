import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { HvError } from '../../errors';
import { isErrno } from '../../files';
import type { Arch } from '../image';
import { clearLeftovers } from './leftovers';
import { run } from './run';

/** A package as apt's signed index describes it. */
export interface Package {
  name: string;
  version: string;
  /** Its file, as apt names it: `libc6_2.36-9_amd64.deb`. */
  file: string;
  size: number;
  sha256: string;
}

const ARCHITECTURES: Record<Arch, string> = { x86_64: 'amd64', aarch64: 'arm64' };
const HOST: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** What is followed from one package to the next: libraries, and the packages that a kernel consists of. */
const FOLLOWED = /^(?:lib|zlib|linux-(?:image|modules)-\d)/;

/** Asks the host's apt, as any user, without installing anything. */
export class Apt {
  readonly #options: readonly string[];
  readonly #signal: AbortSignal | undefined;

  constructor(arch: Arch, signal?: AbortSignal) {
    const foreign = ARCHITECTURES[arch] !== HOST[process.arch];
    // root may write where apt's own user may not.
    const always = ['APT::Sandbox::User=root'];
    // apt's cache of what it has parsed is for one architecture: the host's.
    const other = [`APT::Architecture=${ARCHITECTURES[arch]}`, 'Dir::Cache::pkgcache=', 'Dir::Cache::srcpkgcache='];
    this.#options = [...always, ...(foreign ? other : [])].map((option) => `--option=${option}`);
    this.#signal = signal;
  }

  /** The first of the packages that the distribution has. */
  async first(names: readonly string[]): Promise<string | undefined> {
    const known = await this.#describe(names);
    return names.find((name) => known.has(name));
  }

  /** The packages and all that belongs to them, in their newest version, sorted by name. */
  async resolve(names: readonly string[]): Promise<Package[]> {
    const all = new Map<string, string>();
    for (let next = [...names]; next.length > 0;) {
      const described = await this.#describe(next);
      const missing = next.find((name) => !described.has(name) && names.includes(name));
      if (missing !== undefined) throw unknown(missing);
      for (const [name, depends] of described) all.set(name, depends);
      const mentioned = [...described.values()].flatMap((depends) => depends.split(/[,|]/).map(firstWord));
      next = [...new Set(mentioned)].filter((name) => FOLLOWED.test(name) && !all.has(name));
    }
    return this.#files([...all.keys()].sort());
  }

  /** Brings the packages into `folder`, all at once; those that are there and whole are kept, those in `others` shared. */
  async download(packages: readonly Package[], folder: string, others: readonly string[] = []): Promise<void> {
    await mkdir(folder, { recursive: true });
    await clearLeftovers(folder, /^\.download-/);
    const missing: Package[] = [];
    for (const each of packages) {
      const path = join(folder, each.file);
      if (!(await isWhole(path, each)) && !(await isShared(path, each, others))) missing.push(each);
    }
    if (missing.length === 0) return;
    const work = await mkdtemp(join(folder, '.download-'));
    try {
      const pinned = missing.map(({ name, version }) => `${name}=${version}`);
      await run('apt-get', ['download', '--quiet=2', ...this.#options, ...pinned], { cwd: work, ...this.#running() });
      for (const each of missing) {
        if (!(await isWhole(join(work, each.file), each))) {
          throw new HvError({
            code: 'ERR_CHECKSUM',
            message: `${each.file} is not what apt's index says: its checksum differs`,
          });
        }
        await rename(join(work, each.file), join(folder, each.file));
      }
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  /** What each package that apt knows depends on, as its description says. */
  async #describe(names: readonly string[]): Promise<Map<string, string>> {
    const shown = await run(
      'apt-cache',
      ['show', '--no-all-versions', ...this.#options, ...names],
      this.#running(),
    ).catch((error: unknown) => {
      // It says "No packages found" for all of them together.
      if (HvError.is(error) && error.code === 'ERR_PROGRAM_FAILED') return '';
      throw error;
    });
    const described = new Map<string, string>();
    for (const paragraph of shown.split('\n\n')) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1] ?? '';
      if (field('Package') !== '') described.set(field('Package'), `${field('Pre-Depends')},${field('Depends')}`);
    }
    return described;
  }

  async #files(names: readonly string[]): Promise<Package[]> {
    const printed = await run('apt-get', ['download', '--print-uris', ...this.#options, ...names], this.#running());
    const packages = printed.trim().split('\n').map(parseUri);
    return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #running(): { signal?: AbortSignal } {
    return this.#signal ? { signal: this.#signal } : {};
  }
}

/** `'http://...' libc6_2.36-9_amd64.deb 2759320 SHA256:ba4f...` */
function parseUri(line: string): Package {
  const [, file = '', size = '', sha256 = ''] = /^'[^']*' (\S+) (\d+) SHA256:([0-9a-f]{64})$/.exec(line) ?? [];
  const [name = '', version = ''] = file.split('_');
  if (name === '' || version === '') {
    throw new HvError({ code: 'ERR_IMAGE_BUILD', message: `apt names no package with a SHA-256 checksum in: ${line}` });
  }
  return { name, version: decodeURIComponent(version), file, size: Number(size), sha256 };
}

function unknown(name: string): HvError {
  return new HvError({
    code: 'ERR_PACKAGE_UNKNOWN',
    message: `apt knows no package ${name}`,
    hint: 'Fetch the lists of packages, then try again: sudo apt-get update',
  });
}

function firstWord(text: string): string {
  return text.trim().split(/[ (:]/)[0] ?? '';
}

/** Whether one of the other folders has it, in which case it is in both then. */
async function isShared(path: string, wanted: Package, others: readonly string[]): Promise<boolean> {
  for (const other of others) {
    const found = join(other, wanted.file);
    if (!(await isWhole(found, wanted))) continue;
    await rm(path, { force: true });
    try {
      await link(found, path);
      return true;
    } catch (error) {
      // Another process was faster, or took it away; or this file system has no links.
      if (!isErrno(error, 'EEXIST', 'ENOENT', 'EPERM', 'ENOTSUP', 'EMLINK')) throw error;
    }
  }
  return false;
}

async function isWhole(path: string, { size, sha256 }: Package): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.size !== size) return false;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') === sha256;
}
