import { ConnectedObject } from './object';

/** Rules for the traffic of guests' interfaces. */
export class NWFilter extends ConnectedObject<'NWFilter'> {
  protected override identity(): Record<string, unknown> {
    return { name: this.name, uuid: this.uuid };
  }

  get name(): string {
    return this.field('virNWFilterGetName');
  }

  get uuid(): string {
    return this.field('virNWFilterGetUUIDString');
  }

  async xml(flags = 0): Promise<string> {
    return this.call('virNWFilterGetXMLDesc', flags);
  }

  /** Refused while an interface uses it. */
  async undefine(): Promise<void> {
    await this.call('virNWFilterUndefine');
  }
}
