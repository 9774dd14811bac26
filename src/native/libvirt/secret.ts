import type { SecretUsageType } from './enums';
import { ConnectedObject } from './object';

/** A password or key that libvirt keeps for what needs it, such as an encrypted volume. */
export class Secret extends ConnectedObject<'Secret'> {
  protected override identity(): Record<string, unknown> {
    return { uuid: this.uuid, usageId: this.usageId };
  }

  get uuid(): string {
    return this.field('virSecretGetUUIDString');
  }

  get usageType(): SecretUsageType {
    return this.field('virSecretGetUsageType');
  }

  /** What it is for, such as the path of the volume; empty when its usage type is NONE. */
  get usageId(): string {
    return this.field('virSecretGetUsageID');
  }

  /** Without the value. */
  async xml(flags = 0): Promise<string> {
    return this.call('virSecretGetXMLDesc', flags);
  }

  /** The Buffer is the only copy on this side: fill it with zeros when it has served. */
  async value(flags = 0): Promise<Buffer> {
    return this.call('virSecretGetValue', flags);
  }

  async setValue(value: Uint8Array, flags = 0): Promise<void> {
    await this.call('virSecretSetValue', value, flags);
  }

  async undefine(): Promise<void> {
    await this.call('virSecretUndefine');
  }
}
