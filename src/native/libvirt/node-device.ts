import { ErrorNumber } from './enums';
import { LibvirtError } from './errors';
import { ConnectedObject } from './object';
import { truthOf } from './options';

/** A device of the host, or the host itself (`computer`), which is the root of their tree. */
export class NodeDevice extends ConnectedObject<'NodeDevice'> {
  protected override identity(): Record<string, unknown> {
    return { name: this.name };
  }

  get name(): string {
    return this.field('virNodeDeviceGetName');
  }

  async xml(flags = 0): Promise<string> {
    return this.call('virNodeDeviceGetXMLDesc', flags);
  }

  /** The name of the device that it hangs on; undefined for the root. */
  async parent(): Promise<string | undefined> {
    try {
      return (await this.call('virNodeDeviceGetParent')) ?? undefined;
    } catch (error) {
      if (await this.#isRoot(error)) return undefined;
      throw error;
    }
  }

  /** What it is: `pci`, `net`, `scsi_host`, ... */
  async listCaps(): Promise<string[]> {
    return this.call('virNodeDeviceListCaps');
  }

  async isActive(): Promise<boolean> {
    return (await this.call('virNodeDeviceIsActive')) === 1;
  }

  /** It has a definition, as mediated devices can. */
  async isPersistent(): Promise<boolean> {
    return (await this.call('virNodeDeviceIsPersistent')) === 1;
  }

  /** Starts a defined device. */
  async create(flags = 0): Promise<void> {
    await this.call('virNodeDeviceCreate', flags);
  }

  /** Removes a virtual device from the host, such as a mediated device or a virtual host bus adapter. */
  async destroy(): Promise<void> {
    await this.call('virNodeDeviceDestroy');
  }

  async undefine(flags = 0): Promise<void> {
    await this.call('virNodeDeviceUndefine', flags);
  }

  /** Whether it is started with the host, or when its parent appears. */
  async autostart(): Promise<boolean> {
    return (await this.call('virNodeDeviceGetAutostart')) !== 0;
  }

  async setAutostart(autostart: boolean): Promise<void> {
    await this.call('virNodeDeviceSetAutostart', truthOf(autostart, 'autostart'));
  }

  /** Takes it from the host's own driver, so that a guest can have it; `driver` is what holds it meanwhile, such as `vfio`. */
  async detach(driver?: string, flags = 0): Promise<void> {
    await this.call('virNodeDeviceDetachFlags', driver ?? null, flags);
  }

  /** Gives a detached device back to the host. */
  async reattach(): Promise<void> {
    await this.call('virNodeDeviceReAttach');
  }

  /** Resets a detached device, before or after a guest has it. */
  async reset(): Promise<void> {
    await this.call('virNodeDeviceReset');
  }

  /** libvirt documents no error for a device without a parent, and its drivers answer with an internal one. */
  async #isRoot(error: unknown): Promise<boolean> {
    if (!LibvirtError.is(error) || error.number !== ErrorNumber.INTERNAL_ERROR) return false;
    return !(await this.xml()).includes('<parent>');
  }
}
