import { ConnectedObject } from './object';

/** A network filter at work on one interface of the host. */
export class NWFilterBinding extends ConnectedObject<'NWFilterBinding'> {
  protected override identity(): Record<string, unknown> {
    return { portDev: this.portDev, filterName: this.filterName };
  }

  /** The interface, such as `vnet0`. */
  get portDev(): string {
    return this.field('virNWFilterBindingGetPortDev');
  }

  get filterName(): string {
    return this.field('virNWFilterBindingGetFilterName');
  }

  async xml(flags = 0): Promise<string> {
    return this.call('virNWFilterBindingGetXMLDesc', flags);
  }

  /** The interface's traffic is filtered no more. */
  async delete(): Promise<void> {
    await this.call('virNWFilterBindingDelete');
  }
}
