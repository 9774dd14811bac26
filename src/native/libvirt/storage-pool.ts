import type { StoragePoolInfo } from './binding-types';
import type {
  StoragePoolBuildFlags,
  StoragePoolCreateFlags,
  StoragePoolDeleteFlags,
  StorageVolCreateFlags,
  StorageXMLFlags,
} from './enums';
import { ConnectedObject } from './object';
import { requireObject, truthOf } from './options';
import { StorageVolume } from './storage-volume';

/** Where volumes are kept: a directory, a volume group, ... `name` and `uuid` are known without asking libvirt. */
export class StoragePool extends ConnectedObject<'StoragePool'> {
  protected override identity(): Record<string, unknown> {
    return { name: this.name, uuid: this.uuid };
  }

  get name(): string {
    return this.field('virStoragePoolGetName');
  }

  get uuid(): string {
    return this.field('virStoragePoolGetUUIDString');
  }

  async xml(flags: StorageXMLFlags | 0 = 0): Promise<string> {
    return this.call('virStoragePoolGetXMLDesc', flags);
  }

  async info(): Promise<StoragePoolInfo> {
    return this.call('virStoragePoolGetInfo');
  }

  async isActive(): Promise<boolean> {
    return (await this.call('virStoragePoolIsActive')) === 1;
  }

  /** It has a definition, and so is still there when it has stopped. */
  async isPersistent(): Promise<boolean> {
    return (await this.call('virStoragePoolIsPersistent')) === 1;
  }

  /** Makes what the pool is kept in: the directory, the file system, the volume group. */
  async build(flags: StoragePoolBuildFlags | 0 = 0): Promise<void> {
    await this.call('virStoragePoolBuild', flags);
  }

  /** Starts it. */
  async create(flags: StoragePoolCreateFlags | 0 = 0): Promise<void> {
    await this.call('virStoragePoolCreate', flags);
  }

  /** Stops it. Its volumes stay; a transient pool is gone then. */
  async destroy(): Promise<void> {
    await this.call('virStoragePoolDestroy');
  }

  /** Undoes what build() made, and with it the data, for good. */
  async delete(flags: StoragePoolDeleteFlags | 0 = 0): Promise<void> {
    await this.call('virStoragePoolDelete', flags);
  }

  /** Drops the definition of a stopped pool. */
  async undefine(): Promise<void> {
    await this.call('virStoragePoolUndefine');
  }

  /** Looks again which volumes there are, and how large. */
  async refresh(flags = 0): Promise<void> {
    await this.call('virStoragePoolRefresh', flags);
  }

  /** Whether it is started with the host. */
  async autostart(): Promise<boolean> {
    return (await this.call('virStoragePoolGetAutostart')) !== 0;
  }

  async setAutostart(autostart: boolean): Promise<void> {
    await this.call('virStoragePoolSetAutostart', truthOf(autostart, 'autostart'));
  }

  /** One request to the daemon, however many there are. */
  async listAllVolumes(flags = 0): Promise<StorageVolume[]> {
    const handles = await this.call('virStoragePoolListAllVolumes', flags);
    return handles.map((handle) => new StorageVolume(handle, this.connection));
  }

  async lookupVolumeByName(name: string): Promise<StorageVolume> {
    return new StorageVolume(await this.call('virStorageVolLookupByName', name), this.connection);
  }

  async createVolume(xml: string, flags: StorageVolCreateFlags | 0 = 0): Promise<StorageVolume> {
    return new StorageVolume(await this.call('virStorageVolCreateXML', xml, flags), this.connection);
  }

  /** Makes a volume with the contents of another one, of any pool of the same connection. */
  async createVolumeFrom(
    xml: string,
    source: StorageVolume,
    flags: StorageVolCreateFlags | 0 = 0,
  ): Promise<StorageVolume> {
    requireObject(source, StorageVolume, 'the source');
    const handle = await this.call('virStorageVolCreateXMLFrom', xml, source.handle, flags);
    return new StorageVolume(handle, this.connection);
  }
}
