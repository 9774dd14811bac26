import type { Domain } from './domain';
import { DomainCheckpoint } from './domain-checkpoint';
import { DomainJobs } from './domain-jobs';
import { DomainSnapshot } from './domain-snapshot';
import type {
  DomainBackupBeginFlags,
  DomainCheckpointCreateFlags,
  DomainCheckpointListFlags,
  DomainSnapshotCreateFlags,
  DomainSnapshotListFlags,
} from './enums';
import { optionsOf } from './options';

/** Where a domain could go back to, and what changed since: snapshots, checkpoints, backups. */
export abstract class DomainHistory extends DomainJobs {
  /** What the objects found through this class belong to. */
  protected abstract get domain(): Domain;

  /** From `<domainsnapshot>` XML; the least is `<domainsnapshot/>`, and libvirt finds a name. */
  async createSnapshot(xml: string, flags: DomainSnapshotCreateFlags | 0 = 0): Promise<DomainSnapshot> {
    return new DomainSnapshot(await this.call('virDomainSnapshotCreateXML', xml, flags), this.domain);
  }

  /** Filters: DomainSnapshotListFlags; 0 is all. */
  async listAllSnapshots(filter: DomainSnapshotListFlags | 0 = 0): Promise<DomainSnapshot[]> {
    const handles = await this.call('virDomainListAllSnapshots', filter);
    return handles.map((handle) => new DomainSnapshot(handle, this.domain));
  }

  async lookupSnapshotByName(name: string, flags = 0): Promise<DomainSnapshot> {
    return new DomainSnapshot(await this.call('virDomainSnapshotLookupByName', name, flags), this.domain);
  }

  async hasCurrentSnapshot(flags = 0): Promise<boolean> {
    return (await this.call('virDomainHasCurrentSnapshot', flags)) === 1;
  }

  /** The last one taken or gone back to; VIR_ERR_NO_DOMAIN_SNAPSHOT if there is none. */
  async currentSnapshot(flags = 0): Promise<DomainSnapshot> {
    return new DomainSnapshot(await this.call('virDomainSnapshotCurrent', flags), this.domain);
  }

  /** From `<domaincheckpoint>` XML: from now on the hypervisor knows which blocks of the disks change. */
  async createCheckpoint(xml: string, flags: DomainCheckpointCreateFlags | 0 = 0): Promise<DomainCheckpoint> {
    return new DomainCheckpoint(await this.call('virDomainCheckpointCreateXML', xml, flags), this.domain);
  }

  /** Filters: DomainCheckpointListFlags; 0 is all. */
  async listAllCheckpoints(filter: DomainCheckpointListFlags | 0 = 0): Promise<DomainCheckpoint[]> {
    const handles = await this.call('virDomainListAllCheckpoints', filter);
    return handles.map((handle) => new DomainCheckpoint(handle, this.domain));
  }

  async lookupCheckpointByName(name: string, flags = 0): Promise<DomainCheckpoint> {
    return new DomainCheckpoint(await this.call('virDomainCheckpointLookupByName', name, flags), this.domain);
  }

  /** Starts a backup, from `<domainbackup>` XML; with a checkpoint, the next one can hold what changed since. */
  async backupBegin(
    xml: string,
    options: { checkpointXml?: string; flags?: DomainBackupBeginFlags | 0 } = {},
  ): Promise<void> {
    const { checkpointXml = null, flags = 0 } = optionsOf(options, { checkpointXml: true, flags: true });
    await this.call('virDomainBackupBegin', xml, checkpointXml, flags);
  }

  /** The XML of the backup that is under way. */
  async backupXml(flags = 0): Promise<string> {
    return this.call('virDomainBackupGetXMLDesc', flags);
  }
}
