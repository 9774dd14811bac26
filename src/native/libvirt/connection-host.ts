import type { NodeInfo } from './binding-types';
import type { Connection } from './connection';
import { LibvirtObject } from './object';
import { versionText } from './version';

/** What a connection says of itself and of the machine at its other end. */
export abstract class HostConnection extends LibvirtObject<'Connection'> {
  /** What the objects found through this class belong to. */
  protected abstract get connection(): Connection;

  /** Whether the daemon still answers, as far as is known without asking it. */
  async isAlive(): Promise<boolean> {
    return (await this.call('virConnectIsAlive')) === 1;
  }

  async isEncrypted(): Promise<boolean> {
    return (await this.call('virConnectIsEncrypted')) === 1;
  }

  /** Encrypted, or local. */
  async isSecure(): Promise<boolean> {
    return (await this.call('virConnectIsSecure')) === 1;
  }

  /** What to give to connect() for the same connection: the default URI resolved. */
  async uri(): Promise<string> {
    return this.call('virConnectGetURI');
  }

  async hostname(): Promise<string> {
    return this.call('virConnectGetHostname');
  }

  /** The driver's name: `QEMU`, `TEST`. */
  async type(): Promise<string> {
    return this.call('virConnectGetType');
  }

  /** The hypervisor's version, such as `7.2.22`. */
  async hypervisorVersion(): Promise<string> {
    return versionText(await this.call('virConnectGetVersion'));
  }

  /** The version of libvirt at the other end. */
  async libvirtVersion(): Promise<string> {
    return versionText(await this.call('virConnectGetLibVersion'));
  }

  /** See ConnectOptions.keepAlive, which does this when the connection is opened. False if the other end cannot. */
  async setKeepAlive(interval: number, count: number): Promise<boolean> {
    return (await this.call('virConnectSetKeepAlive', interval, count)) === 0;
  }

  async nodeInfo(): Promise<NodeInfo> {
    return this.call('virNodeGetInfo');
  }

  /** XML: the host, and what guests it can have. */
  async capabilities(): Promise<string> {
    return this.call('virConnectGetCapabilities');
  }

  /** XML: what a domain of this emulator, architecture, machine and type could have; each may be left to libvirt. */
  async domainCapabilities(
    wanted: { emulator?: string; arch?: string; machine?: string; type?: string } = {},
    flags = 0,
  ): Promise<string> {
    const { emulator = null, arch = null, machine = null, type = null } = wanted;
    return this.call('virConnectGetDomainCapabilities', emulator, arch, machine, type, flags);
  }
}
