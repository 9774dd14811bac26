import type { Handle } from './binding-types';
import type { Domain } from './domain';
import type {
  DomainSnapshotDeleteFlags,
  DomainSnapshotListFlags,
  DomainSnapshotRevertFlags,
  DomainSnapshotXMLFlags,
} from './enums';
import { ConnectedObject } from './object';

/** A state of a domain that it can go back to: its disks, and its memory if it ran. */
export class DomainSnapshot extends ConnectedObject<'DomainSnapshot'> {
  readonly domain: Domain;

  constructor(handle: Handle<'DomainSnapshot'>, domain: Domain) {
    super(handle, domain.connection);
    this.domain = domain;
  }

  protected override identity(): Record<string, unknown> {
    return { domain: this.domain.name, name: this.name };
  }

  get name(): string {
    return this.field('virDomainSnapshotGetName');
  }

  async xml(flags: DomainSnapshotXMLFlags | 0 = 0): Promise<string> {
    return this.call('virDomainSnapshotGetXMLDesc', flags);
  }

  /** The snapshot that this one was taken upon; VIR_ERR_NO_DOMAIN_SNAPSHOT if it was the first. */
  async parent(flags = 0): Promise<DomainSnapshot> {
    return new DomainSnapshot(await this.call('virDomainSnapshotGetParent', flags), this.domain);
  }

  /** Those taken upon this one; with DESCENDANTS, those taken upon them as well. */
  async listAllChildren(filter: DomainSnapshotListFlags | 0 = 0): Promise<DomainSnapshot[]> {
    const handles = await this.call('virDomainSnapshotListAllChildren', filter);
    return handles.map((handle) => new DomainSnapshot(handle, this.domain));
  }

  /** Whether it is the last one taken or gone back to. */
  async isCurrent(flags = 0): Promise<boolean> {
    return (await this.call('virDomainSnapshotIsCurrent', flags)) === 1;
  }

  /** Whether libvirt keeps something of its own about it, which stands in the way of undefining the domain. */
  async hasMetadata(flags = 0): Promise<boolean> {
    return (await this.call('virDomainSnapshotHasMetadata', flags)) === 1;
  }

  /** Takes the domain back to this state. What happened since is lost, unless it is in another snapshot. */
  async revert(flags: DomainSnapshotRevertFlags | 0 = 0): Promise<void> {
    await this.call('virDomainRevertToSnapshot', flags);
  }

  /** Its children stay and become its parent's, unless the flags say otherwise. */
  async delete(flags: DomainSnapshotDeleteFlags | 0 = 0): Promise<void> {
    await this.call('virDomainSnapshotDelete', flags);
  }
}
