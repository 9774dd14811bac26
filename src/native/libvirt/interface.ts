import type { InterfaceXMLFlags } from './enums';
import { ConnectedObject } from './object';

/** A network interface in the host's own configuration. */
export class Interface extends ConnectedObject<'Interface'> {
  protected override identity(): Record<string, unknown> {
    return { name: this.name, mac: this.mac };
  }

  get name(): string {
    return this.field('virInterfaceGetName');
  }

  /** Empty when it has none. */
  get mac(): string {
    return this.field('virInterfaceGetMACString');
  }

  async xml(flags: InterfaceXMLFlags | 0 = 0): Promise<string> {
    return this.call('virInterfaceGetXMLDesc', flags);
  }

  async isActive(): Promise<boolean> {
    return (await this.call('virInterfaceIsActive')) === 1;
  }

  /** Brings it up. */
  async create(flags = 0): Promise<void> {
    await this.call('virInterfaceCreate', flags);
  }

  /** Takes it down. Its configuration stays. */
  async destroy(flags = 0): Promise<void> {
    await this.call('virInterfaceDestroy', flags);
  }

  /** Removes it from the host's configuration. */
  async undefine(): Promise<void> {
    await this.call('virInterfaceUndefine');
  }
}
