import type { NetworkDHCPLease } from './binding-types';
import type {
  NetworkPortCreateFlags,
  NetworkUpdateCommand,
  NetworkUpdateFlags,
  NetworkUpdateSection,
  NetworkXMLFlags,
} from './enums';
import { NetworkPort } from './network-port';
import { ConnectedObject } from './object';
import { optionsOf, truthOf } from './options';

export interface NetworkUpdateOptions {
  /** Which of several parents is meant, such as the number of the `<ip>`; -1 lets libvirt find the only one that fits. */
  parentIndex?: number;
  /** Whether the running network changes, or its definition, or both. */
  flags?: NetworkUpdateFlags | 0;
}

/** A virtual network. `name` and `uuid` are known without asking libvirt. */
export class Network extends ConnectedObject<'Network'> {
  protected override identity(): Record<string, unknown> {
    return { name: this.name, uuid: this.uuid };
  }

  get name(): string {
    return this.field('virNetworkGetName');
  }

  get uuid(): string {
    return this.field('virNetworkGetUUIDString');
  }

  async xml(flags: NetworkXMLFlags | 0 = 0): Promise<string> {
    return this.call('virNetworkGetXMLDesc', flags);
  }

  async isActive(): Promise<boolean> {
    return (await this.call('virNetworkIsActive')) === 1;
  }

  /** It has a definition, and so is still there when it has stopped. */
  async isPersistent(): Promise<boolean> {
    return (await this.call('virNetworkIsPersistent')) === 1;
  }

  /** Starts it. */
  async create(): Promise<void> {
    await this.call('virNetworkCreate');
  }

  /** Stops it. A transient network is gone then. */
  async destroy(): Promise<void> {
    await this.call('virNetworkDestroy');
  }

  /** Drops the definition: at once if it is stopped; a running network becomes transient. */
  async undefine(): Promise<void> {
    await this.call('virNetworkUndefine');
  }

  /** Whether it is started with the host. */
  async autostart(): Promise<boolean> {
    return (await this.call('virNetworkGetAutostart')) !== 0;
  }

  async setAutostart(autostart: boolean): Promise<void> {
    await this.call('virNetworkSetAutostart', truthOf(autostart, 'autostart'));
  }

  /** The host's bridge interface. A network that has none is an error. */
  async bridgeName(): Promise<string> {
    return this.call('virNetworkGetBridgeName');
  }

  /** Adds, changes or deletes one element: `xml` is that element, such as a `<host>`; `section` says where it belongs. */
  async update(
    command: NetworkUpdateCommand,
    section: NetworkUpdateSection,
    xml: string,
    options: NetworkUpdateOptions = {},
  ): Promise<void> {
    const { parentIndex = -1, flags = 0 } = optionsOf(options, { parentIndex: true, flags: true });
    await this.call('virNetworkUpdate', command, section, parentIndex, xml, flags);
  }

  /** The leases that its DHCP server has given, all or those of one MAC address. */
  async dhcpLeases(mac?: string, flags = 0): Promise<NetworkDHCPLease[]> {
    return this.call('virNetworkGetDHCPLeases', mac ?? null, flags);
  }

  async listAllPorts(flags = 0): Promise<NetworkPort[]> {
    const handles = await this.call('virNetworkListAllPorts', flags);
    return handles.map((handle) => new NetworkPort(handle, this));
  }

  async lookupPortByUuid(uuid: string): Promise<NetworkPort> {
    return new NetworkPort(await this.call('virNetworkPortLookupByUUIDString', uuid), this);
  }

  async createPort(xml: string, flags: NetworkPortCreateFlags | 0 = 0): Promise<NetworkPort> {
    return new NetworkPort(await this.call('virNetworkPortCreateXML', xml, flags), this);
  }
}
