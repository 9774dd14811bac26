import { NetworkConnection } from './connection-networks';
import type { ConnectListAllStoragePoolsFlags } from './enums';
import { StoragePool } from './storage-pool';

/** Storage pools, and volumes by what is unique to them. */
export abstract class StorageConnection extends NetworkConnection {
  /** One request to the daemon, however many there are. Filters: ConnectListAllStoragePoolsFlags; 0 is all. */
  async listAllStoragePools(filter: ConnectListAllStoragePoolsFlags | 0 = 0): Promise<StoragePool[]> {
    const handles = await this.call('virConnectListAllStoragePools', filter);
    return handles.map((handle) => new StoragePool(handle, this.connection));
  }
}
