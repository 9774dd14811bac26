import type { ParameterValues, TypedParameters } from './binding-types';
import { DomainDefinition } from './domain-definition';
import {
  DomainMemoryStatTags,
  type DomainDirtyRateCalcFlags,
  type DomainMemoryFlags,
  type DomainMemoryModFlags,
  type DomainModificationImpact,
} from './enums';

/** By the names of DomainMemoryStatTags: KiB, or counts. A tag that this version does not know goes by its number. */
export type DomainMemoryStats = { [Tag in keyof typeof DomainMemoryStatTags]?: bigint } & Record<`${number}`, bigint>;

/** A domain's memory. */
export abstract class DomainMemory extends DomainDefinition {
  /** What it has now, in KiB: the balloon's target. With CONFIG for later starts, with MAXIMUM the most it may have. */
  async setMemory(kib: bigint | number, flags: DomainMemoryModFlags = 0): Promise<void> {
    await this.call('virDomainSetMemoryFlags', kib, flags);
  }

  /** The most it may have, in KiB. */
  async maxMemory(): Promise<bigint> {
    return this.call('virDomainGetMaxMemory');
  }

  /** KiB. Of most hypervisors the domain must not run. */
  async setMaxMemory(kib: bigint | number): Promise<void> {
    await this.call('virDomainSetMaxMemory', kib);
  }

  async memoryStats(flags = 0): Promise<DomainMemoryStats> {
    const stats = await this.call('virDomainMemoryStats', flags);
    return Object.fromEntries(stats.map(([tag, value]) => [DomainMemoryStatTags[tag] ?? String(tag), value]));
  }

  /** How often the balloon driver asks the guest, in seconds; 0 for never. */
  async setMemoryStatsPeriod(seconds: number, flags: DomainMemoryModFlags = 0): Promise<void> {
    await this.call('virDomainSetMemoryStatsPeriod', seconds, flags);
  }

  /** The host's limits, in KiB, by the names TypedParam.DOMAIN_MEMORY_*. */
  async memoryParameters(flags: DomainModificationImpact = 0): Promise<ParameterValues> {
    return this.call('virDomainGetMemoryParameters', flags);
  }

  async setMemoryParameters(params: TypedParameters, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetMemoryParameters', params, flags);
  }

  /** On which of the host's NUMA nodes its memory lies, by the names TypedParam.DOMAIN_NUMA_*. */
  async numaParameters(flags: DomainModificationImpact = 0): Promise<ParameterValues> {
    return this.call('virDomainGetNumaParameters', flags);
  }

  async setNumaParameters(params: TypedParameters, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetNumaParameters', params, flags);
  }

  /** Bytes of the guest's memory, at a VIRTUAL or PHYSICAL address. */
  async memoryPeek(start: bigint | number, size: number, flags: DomainMemoryFlags): Promise<Buffer> {
    return this.call('virDomainMemoryPeek', start, size, flags);
  }

  /** Measures for so many seconds how fast memory changes; Connection.domainStats tells. libvirt 7.2 and newer. */
  async startDirtyRateCalc(seconds: number, flags: DomainDirtyRateCalcFlags = 0): Promise<void> {
    await this.call('virDomainStartDirtyRateCalc', seconds, flags);
  }
}
