import type {
  DomainBlockInfo,
  DomainBlockJobInfo,
  DomainBlockStats,
  ParameterValues,
  TypedParameters,
} from './binding-types';
import { DomainCpus } from './domain-cpus';
import type {
  DomainBlockCommitFlags,
  DomainBlockCopyFlags,
  DomainBlockJobAbortFlags,
  DomainBlockJobInfoFlags,
  DomainBlockJobSetSpeedFlags,
  DomainBlockPullFlags,
  DomainBlockRebaseFlags,
  DomainBlockResizeFlags,
  DomainDiskErrorCode,
  DomainModificationImpact,
} from './enums';
import { optionsOf } from './options';

const REBASE_OPTIONS = { base: true, bandwidth: true, flags: true } as const;
const COMMIT_OPTIONS = { ...REBASE_OPTIONS, top: true } as const;

/** A domain's disks. A disk goes by its target (`vda`) or, where that is clear, by the path of its source. */
export abstract class DomainDisks extends DomainCpus {
  /** Sizes in bytes. */
  async blockInfo(disk: string, flags = 0): Promise<DomainBlockInfo> {
    return this.call('virDomainGetBlockInfo', disk, flags);
  }

  /** Some hypervisors give the sum of all disks for the empty string. */
  async blockStats(disk: string): Promise<DomainBlockStats> {
    return this.call('virDomainBlockStats', disk);
  }

  /** All that the hypervisor counts, with times: TypedParam.DOMAIN_BLOCK_STATS_*. */
  async blockStatsFlags(disk: string, flags = 0): Promise<ParameterValues> {
    return this.call('virDomainBlockStatsFlags', disk, flags);
  }

  /** Disks that had an I/O error since the domain started. */
  async diskErrors(flags = 0): Promise<{ disk: string; error: DomainDiskErrorCode }[]> {
    return this.call('virDomainGetDiskErrors', flags);
  }

  /** Bytes of the disk as the guest sees it. */
  async blockPeek(disk: string, offset: bigint | number, size: number, flags = 0): Promise<Buffer> {
    return this.call('virDomainBlockPeek', disk, offset, size, flags);
  }

  /** KiB, or bytes with the flag BYTES. */
  async blockResize(disk: string, size: bigint | number, flags: DomainBlockResizeFlags | 0 = 0): Promise<void> {
    await this.call('virDomainBlockResize', disk, size, flags);
  }

  /** Starts to merge files of the disk's chain into `base`, from `top` down. Bandwidth: MiB/s, 0 for no limit. */
  async blockCommit(
    disk: string,
    options: { base?: string; top?: string; bandwidth?: bigint | number; flags?: DomainBlockCommitFlags | 0 } = {},
  ): Promise<void> {
    const { base = null, top = null, bandwidth = 0, flags = 0 } = optionsOf(options, COMMIT_OPTIONS);
    await this.call('virDomainBlockCommit', disk, base, top, bandwidth, flags);
  }

  /** Starts to copy the disk to what the `<disk>` XML describes: TypedParam.DOMAIN_BLOCK_COPY_*. */
  async blockCopy(
    disk: string,
    destinationXml: string,
    params: TypedParameters = {},
    flags: DomainBlockCopyFlags | 0 = 0,
  ): Promise<void> {
    await this.call('virDomainBlockCopy', disk, destinationXml, params, flags);
  }

  /** Starts to take into the disk's file all that its chain holds. Bandwidth: MiB/s, 0 for no limit. */
  async blockPull(disk: string, bandwidth: bigint | number = 0, flags: DomainBlockPullFlags | 0 = 0): Promise<void> {
    await this.call('virDomainBlockPull', disk, bandwidth, flags);
  }

  /** The same down to `base`, which stays the file behind it; with COPY a copy to `base`. */
  async blockRebase(
    disk: string,
    options: { base?: string; bandwidth?: bigint | number; flags?: DomainBlockRebaseFlags | 0 } = {},
  ): Promise<void> {
    const { base = null, bandwidth = 0, flags = 0 } = optionsOf(options, REBASE_OPTIONS);
    await this.call('virDomainBlockRebase', disk, base, bandwidth, flags);
  }

  /** undefined when no job runs on the disk. */
  async blockJobInfo(disk: string, flags: DomainBlockJobInfoFlags | 0 = 0): Promise<DomainBlockJobInfo | undefined> {
    return (await this.call('virDomainGetBlockJobInfo', disk, flags)) ?? undefined;
  }

  /** Ends the job; with PIVOT the disk goes over to the copy. */
  async blockJobAbort(disk: string, flags: DomainBlockJobAbortFlags | 0 = 0): Promise<void> {
    await this.call('virDomainBlockJobAbort', disk, flags);
  }

  /** MiB/s, or bytes/s with the flag; 0 for no limit. */
  async blockJobSetSpeed(
    disk: string,
    bandwidth: bigint | number,
    flags: DomainBlockJobSetSpeedFlags | 0 = 0,
  ): Promise<void> {
    await this.call('virDomainBlockJobSetSpeed', disk, bandwidth, flags);
  }

  /** The disk's limits: TypedParam.DOMAIN_BLOCK_IOTUNE_*; 0 for no limit. */
  async blockIoTune(disk: string, flags: DomainModificationImpact = 0): Promise<ParameterValues> {
    return this.call('virDomainGetBlockIoTune', disk, flags);
  }

  async setBlockIoTune(disk: string, params: TypedParameters, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetBlockIoTune', disk, params, flags);
  }

  /** One event `blockThreshold` when so many bytes of the file are written; `disk` may be one of its chain, `vda[2]`. */
  async setBlockThreshold(disk: string, bytes: bigint | number, flags = 0): Promise<void> {
    await this.call('virDomainSetBlockThreshold', disk, bytes, flags);
  }

  /** Weights and limits on the host's devices: TypedParam.DOMAIN_BLKIO_*. */
  async blkioParameters(flags: DomainModificationImpact = 0): Promise<ParameterValues> {
    return this.call('virDomainGetBlkioParameters', flags);
  }

  async setBlkioParameters(params: TypedParameters, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetBlkioParameters', params, flags);
  }
}
