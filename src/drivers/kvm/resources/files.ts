import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { sizeOf, writeWhole } from '../../../files';
import { readDisk, writeDisk } from '../../../images/disk';
import type { Properties, Resource, Step } from '../../../resources/resource';
import { removeEmpty } from '../files';
import { baseDisk } from '../parts';
import type { Scene } from '../scene';
import { seedOf } from '../seed';

interface DiskProperties extends Properties {
  path: string;
  /** Bytes. */
  size: number;
}

/** The machine's own disk, as a file. */
export class DiskFile implements Resource<DiskProperties> {
  readonly kind = 'disk';
  readonly id = 'disk';
  readonly parents: readonly string[];
  readonly #scene: Scene;
  readonly #path: string;

  constructor(scene: Scene, path: string, parents: readonly string[]) {
    this.#scene = scene;
    this.#path = path;
    this.parents = parents;
  }

  async create(step: Step): Promise<DiskProperties> {
    const present = await this.read();
    if (present) return present;
    const { image } = this.#scene.machine;
    const file = image.disk && baseDisk((id) => step.recorded(id));
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o711 });
    await writeDisk(this.#path, {
      format: 'qcow2',
      size: this.#scene.plan.disk,
      ...(image.disk && file !== undefined ? { backing: { file, format: image.disk.format } } : {}),
    });
    return { path: this.#path, size: this.#scene.plan.disk };
  }

  async read(): Promise<DiskProperties | undefined> {
    const disk = await readDisk(this.#path, 'qcow2');
    return disk && { path: this.#path, size: disk.size };
  }

  async delete(): Promise<void> {
    await rm(this.#path, { force: true });
    await removeOwnFolder(this.#scene, this.#path);
  }
}

interface SeedProperties extends Properties {
  path: string;
}

/** What the guest is told at its first boot. It holds the guest's private host key. */
export class SeedFile implements Resource<SeedProperties> {
  readonly kind = 'seed';
  readonly id = 'seed';
  readonly parents = [];
  readonly #scene: Scene;
  readonly #path: string;

  constructor(scene: Scene, path: string) {
    this.#scene = scene;
    this.#path = path;
  }

  async create(): Promise<SeedProperties> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o711 });
    await writeWhole(this.#path, await seedOf(this.#scene), { unfinished: `${this.#path}.part` });
    return { path: this.#path };
  }

  async read(): Promise<SeedProperties | undefined> {
    return (await sizeOf(this.#path)) === undefined ? undefined : { path: this.#path };
  }

  async delete(): Promise<void> {
    await rm(this.#path, { force: true });
    await removeOwnFolder(this.#scene, this.#path);
  }
}

/** The machine's folder in the home is not the driver's to remove; another one is. */
async function removeOwnFolder({ machine }: Scene, path: string): Promise<void> {
  if (dirname(path) !== machine.folder) await removeEmpty(dirname(path));
}
