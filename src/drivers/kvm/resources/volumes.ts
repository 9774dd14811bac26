import { join } from 'node:path';
import { Readable } from 'node:stream';

import type { Connection, StorageVolume } from '../../../native/libvirt';
import type { Properties, Resource, Step } from '../../../resources/resource';
import { baseDisk } from '../parts';
import type { PoolStorage } from '../plan';
import { fillVolume, findVolume, physicalSize, volumeXml } from '../pools';
import type { Scene } from '../scene';
import { seedOf } from '../seed';
import { parseXml } from '../xml';

interface DiskProperties extends Properties {
  path: string;
  /** Bytes. */
  size: number;
}

/** The machine's own disk, as a volume of the pool. */
export class DiskVolume implements Resource<DiskProperties> {
  readonly kind = 'disk';
  readonly id = 'disk';
  readonly parents: readonly string[];
  readonly #scene: Scene;
  readonly #storage: PoolStorage;
  readonly #name: string;

  constructor(scene: Scene, storage: PoolStorage, name: string, parents: readonly string[]) {
    this.#scene = scene;
    this.#storage = storage;
    this.#name = name;
    this.parents = parents;
  }

  async create(step: Step): Promise<DiskProperties> {
    const connection = await this.#scene.writer();
    const present = await this.#lookup(connection);
    if (present) return this.#properties(present);
    const { image } = this.#scene.machine;
    const path = image.disk && baseDisk((id) => step.recorded(id));
    const pool = await connection.lookupStoragePoolByName(this.#storage.name);
    const volume = await pool.createVolume(
      volumeXml({
        name: this.#name,
        capacity: this.#scene.plan.disk,
        format: 'qcow2',
        mode: '0600',
        ...(image.disk && path !== undefined ? { backing: { path, format: image.disk.format } } : {}),
      }),
    );
    return this.#properties(volume);
  }

  read(): Promise<DiskProperties | undefined> {
    return this.#scene.read(async (connection) => {
      const volume = await this.#lookup(connection);
      return volume && this.#properties(volume);
    });
  }

  async delete(): Promise<void> {
    await (await this.#lookup(await this.#scene.writer()))?.delete();
  }

  #lookup(connection: Connection): Promise<StorageVolume | undefined> {
    return findVolume(connection, this.#storage.name, this.#name);
  }

  async #properties(volume: StorageVolume): Promise<DiskProperties> {
    const size = Number(parseXml(await volume.xml()).first('capacity')?.text);
    return { path: join(this.#storage.path, this.#name), size };
  }
}

interface SeedProperties extends Properties {
  path: string;
}

/** What the guest is told at its first boot. It holds the guest's private host key: nobody else may read it. */
export class SeedVolume implements Resource<SeedProperties> {
  readonly kind = 'seed';
  readonly id = 'seed';
  readonly parents = ['pool'];
  readonly #scene: Scene;
  readonly #storage: PoolStorage;
  readonly #name: string;

  constructor(scene: Scene, storage: PoolStorage, name: string) {
    this.#scene = scene;
    this.#storage = storage;
    this.#name = name;
  }

  async create(step: Step): Promise<SeedProperties> {
    const pool = await (await this.#scene.writer()).lookupStoragePoolByName(this.#storage.name);
    const bytes = await seedOf(this.#scene);
    await fillVolume(
      pool,
      { name: this.#name, mode: '0600' },
      { size: bytes.length, open: () => Readable.from([bytes]) },
      { signal: step.signal },
    );
    return this.#properties();
  }

  read(): Promise<SeedProperties | undefined> {
    return this.#scene.read(async (connection) => {
      const volume = await findVolume(connection, this.#storage.name, this.#name);
      return volume && (await physicalSize(volume)) > 0 ? this.#properties() : undefined;
    });
  }

  async delete(): Promise<void> {
    const connection = await this.#scene.writer();
    await (await findVolume(connection, this.#storage.name, this.#name))?.delete();
  }

  #properties(): SeedProperties {
    return { path: join(this.#storage.path, this.#name) };
  }
}
