import type { ParameterValues, TypedParameters } from './binding-types';
import { DomainGuest } from './domain-guest';
import type {
  DomainAbortJobFlagsValues,
  DomainGetJobStatsFlags,
  DomainJobType,
  DomainMigrateFlags,
  DomainMigrateMaxSpeedFlags,
} from './enums';

/** What takes a domain longer: migration to another host, saving, dumping. */
export abstract class DomainJobs extends DomainGuest {
  /** How far the job is; with COMPLETED how the last one went. TypedParam.DOMAIN_JOB_*. */
  async jobStats(flags: DomainGetJobStatsFlags | 0 = 0): Promise<{ type: DomainJobType; stats: ParameterValues }> {
    const [type, stats] = await this.call('virDomainGetJobStats', flags);
    return { type, stats };
  }

  /** Flags need libvirt 8.5 or newer. */
  async abortJob(flags: DomainAbortJobFlagsValues | 0 = 0): Promise<void> {
    if (flags === 0) await this.call('virDomainAbortJob');
    else await this.call('virDomainAbortJobFlags', flags);
  }

  /** Lets the daemon of this host migrate it to another one: TypedParam.MIGRATE_PARAM_*. Domain.migrate does it from here. */
  async migrateToUri(uri: string, params: TypedParameters, flags: DomainMigrateFlags | 0): Promise<void> {
    await this.call('virDomainMigrateToURI3', uri, params, flags);
  }

  /** Goes on at the destination at once, and fetches the memory that is missing there as it is needed. */
  async migrateStartPostCopy(flags = 0): Promise<void> {
    await this.call('virDomainMigrateStartPostCopy', flags);
  }

  /** Milliseconds that it may stand still at the end of a live migration. */
  async migrateMaxDowntime(flags = 0): Promise<bigint> {
    return this.call('virDomainMigrateGetMaxDowntime', flags);
  }

  async setMigrateMaxDowntime(milliseconds: bigint | number, flags = 0): Promise<void> {
    await this.call('virDomainMigrateSetMaxDowntime', milliseconds, flags);
  }

  /** MiB/s. */
  async migrateMaxSpeed(flags: DomainMigrateMaxSpeedFlags | 0 = 0): Promise<bigint> {
    return this.call('virDomainMigrateGetMaxSpeed', flags);
  }

  async setMigrateMaxSpeed(mibPerSecond: bigint | number, flags: DomainMigrateMaxSpeedFlags | 0 = 0): Promise<void> {
    await this.call('virDomainMigrateSetMaxSpeed', mibPerSecond, flags);
  }

  /** Bytes of the cache of memory that was sent, for compression. */
  async migrateCompressionCache(flags = 0): Promise<bigint> {
    return this.call('virDomainMigrateGetCompressionCache', flags);
  }

  async setMigrateCompressionCache(bytes: bigint | number, flags = 0): Promise<void> {
    await this.call('virDomainMigrateSetCompressionCache', bytes, flags);
  }
}
