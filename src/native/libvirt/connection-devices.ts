import { StorageConnection } from './connection-storage';
import type {
  ConnectListAllInterfacesFlags,
  ConnectListAllNodeDeviceFlags,
  ConnectListAllSecretsFlags,
  InterfaceDefineFlags,
  NodeDeviceCreateXMLFlags,
  NodeDeviceDefineXMLFlags,
  NWFilterBindingCreateFlags,
  NWFilterDefineFlags,
  SecretDefineFlags,
  SecretUsageType,
} from './enums';
import { Interface } from './interface';
import { NodeDevice } from './node-device';
import { NWFilter } from './nwfilter';
import { NWFilterBinding } from './nwfilter-binding';
import { Secret } from './secret';

/** The host's devices and interfaces, network filters and secrets. */
export abstract class DeviceConnection extends StorageConnection {
  /** One request to the daemon, however many there are. Filters: ConnectListAllNodeDeviceFlags; 0 is all. */
  async listAllNodeDevices(filter: ConnectListAllNodeDeviceFlags | 0 = 0): Promise<NodeDevice[]> {
    const handles = await this.call('virConnectListAllNodeDevices', filter);
    return handles.map((handle) => new NodeDevice(handle, this.connection));
  }

  async lookupNodeDeviceByName(name: string): Promise<NodeDevice> {
    return new NodeDevice(await this.call('virNodeDeviceLookupByName', name), this.connection);
  }

  /** A fibre channel host bus adapter, by its world wide node and port names. */
  async lookupNodeDeviceByWwn(wwnn: string, wwpn: string, flags = 0): Promise<NodeDevice> {
    return new NodeDevice(await this.call('virNodeDeviceLookupSCSIHostByWWN', wwnn, wwpn, flags), this.connection);
  }

  /** Makes a virtual device of the host: a mediated device, a virtual host bus adapter. It is gone when destroyed. */
  async createNodeDevice(xml: string, flags: NodeDeviceCreateXMLFlags | 0 = 0): Promise<NodeDevice> {
    return new NodeDevice(await this.call('virNodeDeviceCreateXML', xml, flags), this.connection);
  }

  /** Defines a virtual device of the host, to be started by NodeDevice.create. */
  async defineNodeDevice(xml: string, flags: NodeDeviceDefineXMLFlags | 0 = 0): Promise<NodeDevice> {
    return new NodeDevice(await this.call('virNodeDeviceDefineXML', xml, flags), this.connection);
  }

  /** One request to the daemon, however many there are. Filters: ConnectListAllInterfacesFlags; 0 is all. */
  async listAllInterfaces(filter: ConnectListAllInterfacesFlags | 0 = 0): Promise<Interface[]> {
    const handles = await this.call('virConnectListAllInterfaces', filter);
    return handles.map((handle) => new Interface(handle, this.connection));
  }

  async lookupInterfaceByName(name: string): Promise<Interface> {
    return new Interface(await this.call('virInterfaceLookupByName', name), this.connection);
  }

  async lookupInterfaceByMac(mac: string): Promise<Interface> {
    return new Interface(await this.call('virInterfaceLookupByMACString', mac), this.connection);
  }

  /** Writes an interface into the host's configuration. It is not brought up. */
  async defineInterface(xml: string, flags: InterfaceDefineFlags | 0 = 0): Promise<Interface> {
    return new Interface(await this.call('virInterfaceDefineXML', xml, flags), this.connection);
  }

  /** From here on, changes of interfaces can be taken back by interfaceChangeRollback; a restart of the host does it too. */
  async interfaceChangeBegin(flags = 0): Promise<void> {
    await this.call('virInterfaceChangeBegin', flags);
  }

  async interfaceChangeCommit(flags = 0): Promise<void> {
    await this.call('virInterfaceChangeCommit', flags);
  }

  async interfaceChangeRollback(flags = 0): Promise<void> {
    await this.call('virInterfaceChangeRollback', flags);
  }

  /** One request to the daemon, however many there are. Filters: ConnectListAllSecretsFlags; 0 is all. */
  async listAllSecrets(filter: ConnectListAllSecretsFlags | 0 = 0): Promise<Secret[]> {
    const handles = await this.call('virConnectListAllSecrets', filter);
    return handles.map((handle) => new Secret(handle, this.connection));
  }

  async lookupSecretByUuid(uuid: string): Promise<Secret> {
    return new Secret(await this.call('virSecretLookupByUUIDString', uuid), this.connection);
  }

  /** By what it is for: its usage type, and what is unique within that. */
  async lookupSecretByUsage(type: SecretUsageType, id: string): Promise<Secret> {
    return new Secret(await this.call('virSecretLookupByUsage', type, id), this.connection);
  }

  /** Makes a secret without a value, or changes one and leaves its value. */
  async defineSecret(xml: string, flags: SecretDefineFlags | 0 = 0): Promise<Secret> {
    return new Secret(await this.call('virSecretDefineXML', xml, flags), this.connection);
  }

  async listAllNWFilters(flags = 0): Promise<NWFilter[]> {
    const handles = await this.call('virConnectListAllNWFilters', flags);
    return handles.map((handle) => new NWFilter(handle, this.connection));
  }

  async lookupNWFilterByName(name: string): Promise<NWFilter> {
    return new NWFilter(await this.call('virNWFilterLookupByName', name), this.connection);
  }

  async lookupNWFilterByUuid(uuid: string): Promise<NWFilter> {
    return new NWFilter(await this.call('virNWFilterLookupByUUIDString', uuid), this.connection);
  }

  /** Makes a network filter, or gives an existing one new rules, which count at once. */
  async defineNWFilter(xml: string, flags: NWFilterDefineFlags | 0 = 0): Promise<NWFilter> {
    // Only the older of the two is in every libvirt.
    const handle =
      flags === 0
        ? await this.call('virNWFilterDefineXML', xml)
        : await this.call('virNWFilterDefineXMLFlags', xml, flags);
    return new NWFilter(handle, this.connection);
  }

  async listAllNWFilterBindings(flags = 0): Promise<NWFilterBinding[]> {
    const handles = await this.call('virConnectListAllNWFilterBindings', flags);
    return handles.map((handle) => new NWFilterBinding(handle, this.connection));
  }

  /** By the interface that is filtered, such as `vnet0`. */
  async lookupNWFilterBindingByPortDev(portDev: string): Promise<NWFilterBinding> {
    return new NWFilterBinding(await this.call('virNWFilterBindingLookupByPortDev', portDev), this.connection);
  }

  async createNWFilterBinding(xml: string, flags: NWFilterBindingCreateFlags | 0 = 0): Promise<NWFilterBinding> {
    return new NWFilterBinding(await this.call('virNWFilterBindingCreateXML', xml, flags), this.connection);
  }
}
