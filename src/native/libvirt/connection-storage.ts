import { NetworkConnection } from './connection-networks';
import type { ConnectListAllStoragePoolsFlags, StoragePoolCreateFlags, StoragePoolDefineFlags } from './enums';
import { StoragePool } from './storage-pool';
import { StorageVolume } from './storage-volume';

/** Storage pools, and volumes by what is unique to them. */
export abstract class StorageConnection extends NetworkConnection {
  /** One request to the daemon, however many there are. Filters: ConnectListAllStoragePoolsFlags; 0 is all. */
  async listAllStoragePools(filter: ConnectListAllStoragePoolsFlags | 0 = 0): Promise<StoragePool[]> {
    const handles = await this.call('virConnectListAllStoragePools', filter);
    return handles.map((handle) => new StoragePool(handle, this.connection));
  }

  async lookupStoragePoolByName(name: string): Promise<StoragePool> {
    return new StoragePool(await this.call('virStoragePoolLookupByName', name), this.connection);
  }

  async lookupStoragePoolByUuid(uuid: string): Promise<StoragePool> {
    return new StoragePool(await this.call('virStoragePoolLookupByUUIDString', uuid), this.connection);
  }

  /** By the directory or device tree where its volumes appear on the host. */
  async lookupStoragePoolByTargetPath(path: string): Promise<StoragePool> {
    return new StoragePool(await this.call('virStoragePoolLookupByTargetPath', path), this.connection);
  }

  /** Makes a persistent pool, or gives an existing one a new definition. Nothing is built or started. */
  async defineStoragePool(xml: string, flags: StoragePoolDefineFlags | 0 = 0): Promise<StoragePool> {
    return new StoragePool(await this.call('virStoragePoolDefineXML', xml, flags), this.connection);
  }

  /** Makes and starts a transient pool: it is gone when it stops, its volumes are not. */
  async createStoragePool(xml: string, flags: StoragePoolCreateFlags | 0 = 0): Promise<StoragePool> {
    return new StoragePool(await this.call('virStoragePoolCreateXML', xml, flags), this.connection);
  }

  /** XML: what pools of this type could be made of; `spec` is the `<source>` of where to look, such as an NFS server. */
  async findStoragePoolSources(type: string, spec?: string, flags = 0): Promise<string> {
    return this.call('virConnectFindStoragePoolSources', type, spec ?? null, flags);
  }

  /** XML: which types of pools and formats of volumes there can be. */
  async storagePoolCapabilities(flags = 0): Promise<string> {
    return this.call('virConnectGetStoragePoolCapabilities', flags);
  }

  async lookupStorageVolumeByKey(key: string): Promise<StorageVolume> {
    return new StorageVolume(await this.call('virStorageVolLookupByKey', key), this.connection);
  }

  async lookupStorageVolumeByPath(path: string): Promise<StorageVolume> {
    return new StorageVolume(await this.call('virStorageVolLookupByPath', path), this.connection);
  }
}
