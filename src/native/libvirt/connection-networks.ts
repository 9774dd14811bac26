import { HostConnection } from './connection-host';
import type { ConnectListAllNetworksFlags, NetworkCreateFlags, NetworkDefineFlags } from './enums';
import { Network } from './network';

/** Networks. */
export abstract class NetworkConnection extends HostConnection {
  /** One request to the daemon, however many there are. Filters: ConnectListAllNetworksFlags; 0 is all. */
  async listAllNetworks(filter: ConnectListAllNetworksFlags | 0 = 0): Promise<Network[]> {
    const handles = await this.call('virConnectListAllNetworks', filter);
    return handles.map((handle) => new Network(handle, this.connection));
  }

  async lookupNetworkByName(name: string): Promise<Network> {
    return new Network(await this.call('virNetworkLookupByName', name), this.connection);
  }

  async lookupNetworkByUuid(uuid: string): Promise<Network> {
    return new Network(await this.call('virNetworkLookupByUUIDString', uuid), this.connection);
  }

  /** Makes a persistent network, or gives an existing one a new definition. Nothing is started. */
  async defineNetwork(xml: string, flags: NetworkDefineFlags | 0 = 0): Promise<Network> {
    // Only the older of the two is in every libvirt.
    const handle =
      flags === 0
        ? await this.call('virNetworkDefineXML', xml)
        : await this.call('virNetworkDefineXMLFlags', xml, flags);
    return new Network(handle, this.connection);
  }

  /** Makes and starts a transient network: it is gone when it stops. */
  async createNetwork(xml: string, flags: NetworkCreateFlags | 0 = 0): Promise<Network> {
    const handle =
      flags === 0
        ? await this.call('virNetworkCreateXML', xml)
        : await this.call('virNetworkCreateXMLFlags', xml, flags);
    return new Network(handle, this.connection);
  }
}
