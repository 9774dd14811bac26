import { constants } from 'node:os';

import {
  ErrorNumber,
  LibvirtError,
  StoragePoolDeleteFlags,
  type Connection,
  type StoragePool,
} from '../../../native/libvirt';
import { HvError } from '../../../errors';
import type { Properties, Step } from '../../../resources/resource';
import { SharedResource } from '../../../resources/shared';
import { ifThere } from '../absent';
import type { PoolStorage } from '../plan';
import { refreshPool } from '../pools';
import type { Scene } from '../scene';
import { oneAtATime, recordedHolders } from '../shared';
import { daemonOf } from '../target';
import { parseXml, xmlText } from '../xml';

interface PoolProperties extends Properties {
  name: string;
  path: string;
  active: boolean;
}

/** Where libvirt keeps the disks of this home's machines: QEMU, which is another user there, can read them. */
export class PoolResource extends SharedResource<PoolProperties> {
  readonly kind = 'storage pool';
  readonly id = 'pool';
  readonly parents = [];
  readonly #scene: Scene;
  readonly #storage: PoolStorage;

  constructor(scene: Scene, storage: PoolStorage) {
    super();
    this.#scene = scene;
    this.#storage = storage;
  }

  read(): Promise<PoolProperties | undefined> {
    return this.#scene.read(async (connection) => {
      const pool = await this.#lookup(connection);
      return pool && this.#properties(await pool.isActive());
    });
  }

  update(step: Step): Promise<PoolProperties> {
    return this.create(step);
  }

  protected async make(): Promise<PoolProperties> {
    const connection = await this.#scene.writer();
    const pool = (await this.#lookup(connection)) ?? (await connection.defineStoragePool(this.#xml()));
    if (!(await pool.isActive())) {
      await pool.build();
      await pool.create();
    }
    if (!(await pool.autostart())) await pool.setAutostart(true);
    return this.#properties(true);
  }

  protected async unmake(): Promise<void> {
    const pool = await this.#lookup(await this.#scene.writer());
    if (!pool) return;
    if (await pool.isActive()) await pool.destroy();
    await deleteFolder(pool);
    await pool.undefine();
  }

  /** Besides the other machines, what lies in it: whosever it is, it would be lost. */
  protected async holders(step: Step): Promise<readonly string[]> {
    const { context, machine, plan } = this.#scene;
    const machines = await recordedHolders(
      context.home,
      machine.name,
      this.id,
      ({ plan: other }) => daemonOf(other.target.uri) === daemonOf(plan.target.uri),
    );
    const pool = await this.#lookup(await this.#scene.writer());
    if (!pool || !(await pool.isActive())) return machines;
    await refreshPool(pool, step.signal);
    const volumes = await pool.listAllVolumes();
    return [...machines, ...volumes.map(({ name }) => name)];
  }

  protected exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return oneAtATime(this.#scene.context.home, this.id, work, signal);
  }

  async #lookup(connection: Connection): Promise<StoragePool | undefined> {
    const { name, path } = this.#storage;
    const pool = await ifThere(connection.lookupStoragePoolByName(name));
    if (!pool) return undefined;
    const xml = parseXml(await pool.xml());
    const found = xml.first('target', 'path')?.text ?? '';
    if (xml.attribute('type') === 'dir' && found === path) return pool;
    throw new HvError({
      code: 'ERR_KVM_NAME_TAKEN',
      message: `libvirt's storage pool ${name} is at ${found}, not at ${path}`,
      hint: `It is not this home's. If nobody needs it: virsh pool-destroy ${name}; virsh pool-undefine ${name}`,
    });
  }

  #xml(): string {
    const { name, path } = this.#storage;
    return xmlText({
      pool: { '@type': 'dir', name, target: { path, permissions: { mode: '0711' } } },
    });
  }

  #properties(active: boolean): PoolProperties {
    return { name: this.#storage.name, path: this.#storage.path, active };
  }
}

/** A process that was killed may have got as far as this. */
async function deleteFolder(pool: StoragePool): Promise<void> {
  try {
    await pool.delete(StoragePoolDeleteFlags.NORMAL);
  } catch (error) {
    const isOfTheSystem = LibvirtError.is(error) && error.number === ErrorNumber.SYSTEM_ERROR;
    if (!isOfTheSystem || error.integers[0] !== constants.errno.ENOENT) throw error;
  }
}
