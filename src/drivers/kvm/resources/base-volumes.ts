import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { DomainXMLFlags, type Connection, type StorageVolume } from '../../../native/libvirt';
import type { Properties, Step } from '../../../resources/resource';
import { SharedResource } from '../../../resources/shared';
import { ifThere } from '../absent';
import { baseFiles, baseName, type BaseFile } from '../base-files';
import type { PoolStorage } from '../plan';
import { fillVolume, findVolume, physicalSize, refreshPool } from '../pools';
import type { Scene } from '../scene';
import { oneAtATime, recordedHolders } from '../shared';
import { daemonOf } from '../target';
import { parseXml } from '../xml';

/** What machines of one image share, as volumes of the pool: uploaded once, changed by nobody. */
export class BaseVolumes extends SharedResource {
  readonly kind = 'base image';
  readonly id = 'base';
  readonly parents = ['pool'];
  readonly #scene: Scene;
  readonly #storage: PoolStorage;

  constructor(scene: Scene, storage: PoolStorage) {
    super();
    this.#scene = scene;
    this.#storage = storage;
  }

  read(): Promise<Properties | undefined> {
    return this.#scene.read(async (connection) => {
      for (const file of this.#files()) {
        const volume = await findVolume(connection, this.#storage.name, this.#name(file));
        if (!volume || (await physicalSize(volume)) === 0) return undefined;
      }
      return this.#properties();
    });
  }

  protected async make(step: Step): Promise<Properties> {
    const pool = await (await this.#scene.writer()).lookupStoragePoolByName(this.#storage.name);
    for (const file of this.#files()) {
      const { path } = file.source;
      const { size } = await stat(path);
      await fillVolume(
        pool,
        { name: this.#name(file), mode: '0644' },
        { size, open: () => createReadStream(path) },
        {
          signal: step.signal,
          progress: (fraction) => {
            step.progress(`uploading the image's ${file.role}`, fraction);
          },
        },
      );
    }
    return this.#properties();
  }

  protected async unmake(): Promise<void> {
    const connection = await this.#scene.writer();
    for (const file of this.#files()) {
      await (await findVolume(connection, this.#storage.name, this.#name(file)))?.delete();
    }
  }

  /** Besides the other machines: disks that lie on top of it, and domains that name it. */
  protected async holders(step: Step): Promise<readonly string[]> {
    const { context, machine, plan } = this.#scene;
    const machines = await recordedHolders(
      context.home,
      machine.name,
      this.id,
      ({ image, plan: other }) =>
        image.digest === machine.image.digest && daemonOf(other.target.uri) === daemonOf(plan.target.uri),
    );
    const connection = await this.#scene.writer();
    const paths = new Set(this.#files().map((file) => this.#path(file)));
    return [
      ...machines,
      ...(await this.#overlays(connection, paths, step.signal)),
      ...(await domainsThatName(connection, paths)),
    ];
  }

  protected exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return oneAtATime(this.#scene.context.home, baseName(this.#scene.machine.image), work, signal);
  }

  async #overlays(connection: Connection, paths: ReadonlySet<string>, signal: AbortSignal): Promise<string[]> {
    const pool = await ifThere(connection.lookupStoragePoolByName(this.#storage.name));
    if (!pool || !(await pool.isActive())) return [];
    await refreshPool(pool, signal);
    const names = await Promise.all((await pool.listAllVolumes()).map((volume) => overlayName(volume, paths)));
    return names.filter((name) => name !== undefined);
  }

  #files(): BaseFile[] {
    return baseFiles(this.#scene.machine.image);
  }

  #name({ name }: BaseFile): string {
    return `${baseName(this.#scene.machine.image)}-${name}`;
  }

  #path(file: BaseFile): string {
    return join(this.#storage.path, this.#name(file));
  }

  #properties(): Properties {
    return Object.fromEntries(this.#files().map((file) => [file.role, this.#path(file)]));
  }
}

async function overlayName(volume: StorageVolume, paths: ReadonlySet<string>): Promise<string | undefined> {
  const xml = await ifThere(volume.xml());
  const backing = xml === undefined ? undefined : parseXml(xml).first('backingStore', 'path')?.text;
  return backing !== undefined && paths.has(backing) ? volume.name : undefined;
}

async function domainsThatName(connection: Connection, paths: ReadonlySet<string>): Promise<string[]> {
  const domains = await connection.listAllDomains();
  const names = await Promise.all(
    domains.map(async (domain) => {
      const xml = await ifThere(domain.xml(DomainXMLFlags.INACTIVE));
      if (xml === undefined) return [];
      const root = parseXml(xml);
      const used = [
        ...[...root.all('os', 'kernel'), ...root.all('os', 'initrd')].map(({ text }) => text),
        ...root.all('devices', 'disk', 'source').map((source) => source.attribute('file') ?? ''),
      ];
      return used.some((path) => paths.has(path)) ? [domain.name] : [];
    }),
  );
  return names.flat();
}
