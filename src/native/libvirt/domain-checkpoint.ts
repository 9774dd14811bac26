import type { Handle } from './binding-types';
import type { Domain } from './domain';
import type { DomainCheckpointDeleteFlags, DomainCheckpointListFlags, DomainCheckpointXMLFlags } from './enums';
import { ConnectedObject } from './object';

/** A point in time since which the hypervisor knows what changed on the disks: what an incremental backup starts from. */
export class DomainCheckpoint extends ConnectedObject<'DomainCheckpoint'> {
  readonly domain: Domain;

  constructor(handle: Handle<'DomainCheckpoint'>, domain: Domain) {
    super(handle, domain.connection);
    this.domain = domain;
  }

  protected override identity(): Record<string, unknown> {
    return { domain: this.domain.name, name: this.name };
  }

  get name(): string {
    return this.field('virDomainCheckpointGetName');
  }

  /** With SIZE it tells how much changed since, in bytes. */
  async xml(flags: DomainCheckpointXMLFlags | 0 = 0): Promise<string> {
    return this.call('virDomainCheckpointGetXMLDesc', flags);
  }

  /** The one before it; VIR_ERR_NO_DOMAIN_CHECKPOINT if it was the first. */
  async parent(flags = 0): Promise<DomainCheckpoint> {
    return new DomainCheckpoint(await this.call('virDomainCheckpointGetParent', flags), this.domain);
  }

  /** Those that followed it; with DESCENDANTS, those that followed them as well. */
  async listAllChildren(filter: DomainCheckpointListFlags | 0 = 0): Promise<DomainCheckpoint[]> {
    const handles = await this.call('virDomainCheckpointListAllChildren', filter);
    return handles.map((handle) => new DomainCheckpoint(handle, this.domain));
  }

  /** What changed since it counts as changed since its parent, unless the flags say otherwise. */
  async delete(flags: DomainCheckpointDeleteFlags | 0 = 0): Promise<void> {
    await this.call('virDomainCheckpointDelete', flags);
  }
}
