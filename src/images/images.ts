import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { HvError } from '../errors';
import { DigestNotes } from './digests';
import type { Arch, BootImage } from './image';
import type { ImageInfo } from './image-info';
import { localImage } from './local';
import { cachedMicro, canBuildMicro, MICRO, micro, microSize, removeMicro } from './own';
import { parseReference } from './reference';
import { hostArch, type ImageWork, type ResolveOptions } from './work';

export interface ImagesOptions {
  /** The home's folder; the cache lies in it. */
  home: string;
  env?: NodeJS.ProcessEnv;
  /** What people should know once. */
  warn?: (message: string) => void;
}

const FALLBACK = 'debian';
const MICRO_DESCRIPTION = "hvkit's own: small, boots in seconds, built from the distribution's packages";

/** The images that machines of one home start from. */
export class Images {
  readonly #cache: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #digests: DigestNotes;

  constructor({ home, env = process.env }: ImagesOptions) {
    this.#cache = join(home, 'cache');
    this.#env = env;
    this.#digests = new DigestNotes(this.#cache);
  }

  /** What a machine starts from that names no image. */
  async defaultImage(arch: Arch = hostArch()): Promise<string> {
    const own = (await cachedMicro(this.#cache, arch)) !== undefined || (await canBuildMicro(this.#env));
    return own ? MICRO : FALLBACK;
  }

  /** Finds an image by what a user calls it, and brings it here if it is not here yet. */
  async resolve(text: string, options: ResolveOptions = {}): Promise<BootImage> {
    options.signal?.throwIfAborted();
    const reference = parseReference(text);
    if (reference.kind === 'path') return localImage(reference.path, { name: text }, this.#digests, options);
    if (reference.kind === 'name' && reference.name === MICRO) {
      refuseChecksum(options.checksum);
      return micro({ ...options, cache: this.#cache, arch: options.arch ?? hostArch() });
    }
    if (existsSync(resolve(text))) return localImage(resolve(text), { name: text }, this.#digests, options);
    throw unknown(text);
  }

  /** The catalogue's and those that are in the cache. */
  async list(): Promise<ImageInfo[]> {
    const arch = hostArch();
    const cached = await microSize(this.#cache, arch);
    return [{ name: MICRO, description: MICRO_DESCRIPTION, arch, ...(cached !== undefined && { cached }) }];
  }

  /** One of hvkit's own, from the newest packages of the distribution. */
  async build(name: string, work: ImageWork & { arch?: Arch } = {}): Promise<ImageInfo> {
    const arch = work.arch ?? hostArch();
    if (name !== MICRO) {
      throw new HvError({
        code: 'ERR_NO_IMAGE',
        message: `"${name}" is not one of hvkit's own images`,
        hint: `hvkit image build ${MICRO}`,
      });
    }
    await micro({ cache: this.#cache, ...work, arch, refresh: true });
    const cached = await microSize(this.#cache, arch);
    return { name, description: MICRO_DESCRIPTION, arch, ...(cached !== undefined && { cached }) };
  }

  /** From the cache. Machines keep what they started from. */
  async remove(name: string): Promise<void> {
    if (name === MICRO && (await removeMicro(this.#cache))) return;
    throw new HvError({
      code: 'ERR_NO_IMAGE',
      message: `There is no image "${name}" in the cache`,
      hint: 'hvkit image ls',
    });
  }
}

function refuseChecksum(checksum: string | undefined): void {
  if (checksum === undefined) return;
  throw new HvError({
    code: 'ERR_INVALID_ARGUMENT',
    message: `The image ${MICRO} is built here: there is no checksum to compare it with`,
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
