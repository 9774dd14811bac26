import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { HvError } from '../errors';
import type { Transfer } from './cache';
import { CATALOGUE, type CatalogueEntry } from './catalogue/data';
import { pullEntry } from './catalogued';
import { parseChecksum } from './checksum';
import { withoutLogin } from './http/url';
import type { Arch, BootImage } from './image';
import type { ImageInfo } from './image-info';
import { fileImage, localImage } from './local';
import type { NameRecord } from './names';
import {
  cachedOwn,
  canBuildOwn,
  isOwn,
  MICRO,
  OWN_NAMES,
  ownImage,
  ownInfo,
  removeOwn,
  requireOwn,
} from './own-images';
import { checksumMissing, Pulls, type Pulled } from './pulls';
import { parseReference } from './reference';
import { hostArch, type ImageWork, type ResolveOptions } from './work';

export interface ImagesOptions {
  /** The home's folder; the cache lies in it. */
  home: string;
  env?: NodeJS.ProcessEnv;
  /** How patient downloads are. */
  transfer?: Omit<Transfer, 'env'>;
}

const FALLBACK = 'debian';

/** The images that machines of one home start from. */
export class Images {
  readonly #cache: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #pulls: Pulls;
  readonly #home: string;
  readonly #transfer: Transfer;

  constructor({ home, env = process.env, transfer = {} }: ImagesOptions) {
    this.#cache = join(home, 'cache');
    this.#env = env;
    this.#home = home;
    this.#transfer = { ...transfer, env };
    this.#pulls = new Pulls(this.#cache, this.#transfer);
  }

  /** What a machine starts from that names no image. */
  async defaultImage(arch: Arch = hostArch()): Promise<string> {
    const found = await cachedOwn({ name: MICRO, cache: this.#cache, arch });
    return found !== undefined || (await canBuildOwn(this.#env)) ? MICRO : FALLBACK;
  }

  /** Finds an image by what a user calls it, and brings it here if it is not here yet. */
  async resolve(text: string, options: ResolveOptions = {}): Promise<BootImage> {
    options.signal?.throwIfAborted();
    const reference = parseReference(text);
    switch (reference.kind) {
      case 'path':
        return localImage(reference.path, { name: text }, this.#cache, options);
      case 'url':
        return this.#image(await this.#fromUrl(reference.url, options), options);
      case 'name':
        return this.#named(reference.name, options);
    }
  }

  async #named(name: string, options: ResolveOptions): Promise<BootImage> {
    if (isOwn(name)) {
      refuseChecksum(name, options.checksum);
      const { arch = hostArch(), signal, onProgress } = options;
      return ownImage({ name, cache: this.#cache, arch, signal, onProgress });
    }
    const entry = entryOf(name);
    if (entry) return this.#image(await this.#fromCatalogue(entry, options), options);
    const path = resolve(name);
    if (existsSync(path)) return localImage(path, { name }, this.#cache, options);
    throw unknown(name);
  }

  /** The catalogue's and those that are in the cache. */
  async list(): Promise<ImageInfo[]> {
    const arch = hostArch();
    const own = await Promise.all(OWN_NAMES.map((name) => ownInfo({ name, cache: this.#cache, arch })));
    const pulled = await this.#pulls.all();
    const catalogue = CATALOGUE.map(({ name, description }) => {
      const size = pulled.find((record) => record.name === name && record.arch === arch)?.size;
      return { name, description, arch, ...(size !== undefined && { cached: size }) };
    });
    const others = pulled.filter((record) => record.arch !== arch || !entryOf(record.name));
    return [...own, ...catalogue, ...others.map(infoOf)];
  }

  /** One of hvkit's own, from the newest packages of the distribution. */
  async build(name: string, work: ImageWork & { arch?: Arch } = {}): Promise<ImageInfo> {
    const arch = work.arch ?? hostArch();
    requireOwn(name);
    const where = { name, cache: this.#cache, arch };
    await ownImage({ ...work, ...where, refresh: true });
    return ownInfo(where);
  }

  /** Puts an image into the cache, the newest that there is of this name. */
  async pull(text: string, options: ResolveOptions = {}): Promise<ImageInfo> {
    options.signal?.throwIfAborted();
    const reference = parseReference(text);
    if (reference.kind === 'url') return infoOf((await this.#fromUrl(reference.url, options)).record);
    if (reference.kind === 'name' && isOwn(reference.name)) {
      refuseChecksum(reference.name, options.checksum);
      return this.build(reference.name, { signal: options.signal, onProgress: options.onProgress });
    }
    if (reference.kind === 'path') {
      throw new HvError({
        code: 'ERR_NO_IMAGE',
        message: `${text} is a file: it is used where it lies, and not pulled`,
        hint: `hvkit create --image ${text} NAME`,
      });
    }
    const entry = entryOf(reference.name);
    if (entry) return infoOf((await this.#pullEntry(entry, options)).record);
    throw unknown(reference.name);
  }

  /** From the cache. Machines keep what they started from. */
  async remove(text: string): Promise<void> {
    const reference = parseReference(text);
    const name = reference.kind === 'url' ? withoutLogin(reference.url) : text;
    const removed = isOwn(name) ? await removeOwn({ name, cache: this.#cache }) : await this.#pulls.remove(name);
    if (removed) return;
    throw new HvError({
      code: 'ERR_NO_IMAGE',
      message: `There is no image "${name}" in the cache`,
      hint: 'hvkit image ls',
    });
  }

  /** What was verified by a checksum once, needs none again. */
  async #fromUrl(url: URL, options: ResolveOptions): Promise<Pulled> {
    const checksum = options.checksum === undefined ? undefined : parseChecksum(options.checksum);
    const name = withoutLogin(url);
    const arch = options.arch ?? hostArch();
    const found = await this.#pulls.find(name, arch, checksum);
    if (found) return found;
    if (!checksum) throw checksumMissing(url);
    return this.#pulls.pull({ name, arch, url, checksum }, options);
  }

  /** What was pulled under this name before, stays what is meant by it until it is pulled again. */
  async #fromCatalogue(entry: CatalogueEntry, options: ResolveOptions): Promise<Pulled> {
    const checksum = options.checksum === undefined ? undefined : parseChecksum(options.checksum);
    const found = await this.#pulls.find(entry.name, options.arch ?? hostArch(), checksum);
    return found ?? (await this.#pullEntry(entry, options));
  }

  #pullEntry(entry: CatalogueEntry, options: ResolveOptions): Promise<Pulled> {
    const from = { home: this.#home, pulls: this.#pulls, transfer: this.#transfer };
    return pullEntry(entry, options.arch ?? hostArch(), from, options);
  }

  #image({ record, file }: Pulled, options: ResolveOptions): Promise<BootImage> {
    return fileImage({ path: file.path, sha256: file.sha256 }, record, this.#cache, options);
  }
}

function infoOf({ name, arch, size }: NameRecord): ImageInfo {
  return { name, description: entryOf(name)?.description ?? 'from a URL', arch, cached: size };
}

function entryOf(name: string): CatalogueEntry | undefined {
  return CATALOGUE.find((entry) => entry.name === name);
}

function refuseChecksum(name: string, checksum: string | undefined): void {
  if (checksum === undefined) return;
  throw new HvError({
    code: 'ERR_INVALID_ARGUMENT',
    message: `The image ${name} is built here: there is no checksum to compare it with`,
    hint: 'Leave the checksum out.',
  });
}

function unknown(name: string): HvError {
  return new HvError({
    code: 'ERR_NO_IMAGE',
    message: `There is no image "${name}": it is no name of the catalogue, and no file`,
    hint: 'hvkit image ls',
  });
}
