import type { DomainInfo } from './binding-types';
import type { DomainState } from './enums';
import { ConnectedObject } from './object';

/** A virtual machine. `name`, `uuid` and `id` are known without asking libvirt. */
export class Domain extends ConnectedObject<'Domain'> {
  /** As it was when this object was looked up. */
  get name(): string {
    return this.field('virDomainGetName');
  }

  get uuid(): string {
    return this.field('virDomainGetUUIDString');
  }

  /** libvirt's number of the running domain; undefined if it was not running when this object was looked up. */
  get id(): number | undefined {
    const id = this.field('virDomainGetID');
    return id < 0 ? undefined : id;
  }

  /** `reason` is the Domain…Reason of the state, such as DomainShutoffReason. */
  async state(): Promise<{ state: DomainState; reason: number }> {
    const [state, reason] = await this.call('virDomainGetState', 0);
    return { state, reason };
  }

  async info(): Promise<DomainInfo> {
    return this.call('virDomainGetInfo');
  }

  async suspend(): Promise<void> {
    await this.call('virDomainSuspend');
  }

  async resume(): Promise<void> {
    await this.call('virDomainResume');
  }
}
