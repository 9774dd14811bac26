import { StorageConnection } from './connection-storage';
import type { ConnectListAllNodeDeviceFlags } from './enums';
import { NodeDevice } from './node-device';

/** The host's devices and interfaces, network filters and secrets. */
export abstract class DeviceConnection extends StorageConnection {
  /** One request to the daemon, however many there are. Filters: ConnectListAllNodeDeviceFlags; 0 is all. */
  async listAllNodeDevices(filter: ConnectListAllNodeDeviceFlags | 0 = 0): Promise<NodeDevice[]> {
    const handles = await this.call('virConnectListAllNodeDevices', filter);
    return handles.map((handle) => new NodeDevice(handle, this.connection));
  }
}
