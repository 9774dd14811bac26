import { HostConnection } from './connection-host';
import type { ConnectListAllNetworksFlags } from './enums';
import { Network } from './network';

/** Networks. */
export abstract class NetworkConnection extends HostConnection {
  /** One request to the daemon, however many there are. Filters: ConnectListAllNetworksFlags; 0 is all. */
  async listAllNetworks(filter: ConnectListAllNetworksFlags | 0 = 0): Promise<Network[]> {
    const handles = await this.call('virConnectListAllNetworks', filter);
    return handles.map((handle) => new Network(handle, this.connection));
  }
}
