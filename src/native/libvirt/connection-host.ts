import type { NodeInfo, ParameterValues, SecurityModel, TypedParameters } from './binding-types';
import type { Connection } from './connection';
import {
  NodeGetCPUStatsAllCPUs,
  NodeGetMemoryStatsAllCells,
  type ConnectBaselineCPUFlags,
  type ConnectCompareCPUFlags,
  type CPUCompareResult,
  type NodeAllocPagesFlags,
  type NodeSuspendTarget,
} from './enums';
import { LibvirtObject } from './object';
import { optionsOf, requireArray } from './options';
import { versionText } from './version';

/** Which guests are meant; what is left out, libvirt chooses. */
export interface GuestKind {
  /** Path of the emulator's program. */
  emulator?: string;
  arch?: string;
  machine?: string;
  /** `kvm`, `qemu`, ... */
  type?: string;
}

export interface NodeCpuMap {
  /** How many CPUs the host has, and how many of them are online. */
  present: number;
  online: number;
  /** A bit for each CPU that is online, the lowest first. */
  map: Buffer;
}

export interface NodeCells {
  /** The first NUMA cell; -1 stands for the host as a whole where libvirt says so. */
  firstCell?: number;
  cells?: number;
}

const KIND = { emulator: true, arch: true, machine: true, type: true } as const;
const CELLS = { firstCell: true, cells: true } as const;

/** libvirt takes no request for more of them; those that do not exist are not in the answer. */
const ALL_CELLS = 1024;

/** What a connection says of itself and of the machine at its other end. */
export abstract class HostConnection extends LibvirtObject<'Connection'> {
  /** What the objects found through this class belong to. */
  protected abstract get connection(): Connection;

  /** Whether the daemon still answers, as far as is known without asking it. */
  async isAlive(): Promise<boolean> {
    return (await this.call('virConnectIsAlive')) === 1;
  }

  async isEncrypted(): Promise<boolean> {
    return (await this.call('virConnectIsEncrypted')) === 1;
  }

  /** Encrypted, or local. */
  async isSecure(): Promise<boolean> {
    return (await this.call('virConnectIsSecure')) === 1;
  }

  /** What to give to connect() for the same connection: the default URI resolved. */
  async uri(): Promise<string> {
    return this.call('virConnectGetURI');
  }

  async hostname(): Promise<string> {
    return this.call('virConnectGetHostname');
  }

  /** The driver's name: `QEMU`, `TEST`. */
  async type(): Promise<string> {
    return this.call('virConnectGetType');
  }

  /** The hypervisor's version, such as `7.2.22`. */
  async hypervisorVersion(): Promise<string> {
    return versionText(await this.call('virConnectGetVersion'));
  }

  /** The version of libvirt at the other end. */
  async libvirtVersion(): Promise<string> {
    return versionText(await this.call('virConnectGetLibVersion'));
  }

  /**
   * See ConnectOptions.keepAlive, which does this when the connection is opened. False if the other end cannot. libvirt keeps
   * the first values: later ones change nothing, an interval of 0 ends the messages for good.
   */
  async setKeepAlive(interval: number, count: number): Promise<boolean> {
    return (await this.call('virConnectSetKeepAlive', interval, count)) === 0;
  }

  async nodeInfo(): Promise<NodeInfo> {
    return this.call('virNodeGetInfo');
  }

  /** XML: the host, and what guests it can have. */
  async capabilities(): Promise<string> {
    return this.call('virConnectGetCapabilities');
  }

  /** XML: what a guest of this kind could have. */
  async domainCapabilities(kind: GuestKind = {}, flags = 0): Promise<string> {
    const { emulator = null, arch = null, machine = null, type = null } = optionsOf(kind, KIND);
    return this.call('virConnectGetDomainCapabilities', emulator, arch, machine, type, flags);
  }

  /** The most virtual CPUs that a domain of this type can have. */
  async maxVcpus(type?: string): Promise<number> {
    return this.call('virConnectGetMaxVcpus', type ?? null);
  }

  /** XML: the host's SMBIOS data. */
  async sysinfo(flags = 0): Promise<string> {
    return this.call('virConnectGetSysinfo', flags);
  }

  /** The CPU models that libvirt knows for an architecture; none means that any name will do. */
  async cpuModelNames(arch: string, flags = 0): Promise<string[]> {
    return this.call('virConnectGetCPUModelNames', arch, flags);
  }

  /** How the host's CPU compares with the one described. */
  async compareCpu(xml: string, flags: ConnectCompareCPUFlags | 0 = 0): Promise<CPUCompareResult> {
    return this.call('virConnectCompareCPU', xml, flags);
  }

  /** How the CPU that guests of this kind can be given compares with the one described. */
  async compareHypervisorCpu(
    xml: string,
    kind: GuestKind = {},
    flags: ConnectCompareCPUFlags | 0 = 0,
  ): Promise<CPUCompareResult> {
    const { emulator = null, arch = null, machine = null, type = null } = optionsOf(kind, KIND);
    return this.call('virConnectCompareHypervisorCPU', emulator, arch, machine, type, xml, flags);
  }

  /** XML: the richest CPU that every one of these host CPUs offers. */
  async baselineCpu(cpus: readonly string[], flags: ConnectBaselineCPUFlags | 0 = 0): Promise<string> {
    return this.call('virConnectBaselineCPU', cpus, flags);
  }

  /** XML: the richest CPU that guests of this kind can be given on every one of these hosts. */
  async baselineHypervisorCpu(
    cpus: readonly string[],
    kind: GuestKind = {},
    flags: ConnectBaselineCPUFlags | 0 = 0,
  ): Promise<string> {
    const { emulator = null, arch = null, machine = null, type = null } = optionsOf(kind, KIND);
    return this.call('virConnectBaselineHypervisorCPU', emulator, arch, machine, type, cpus, flags);
  }

  /**
   * On whose behalf the daemon acts from now on, which only a client that it trusts may say: `user-name`, `unix-user-id`,
   * `group-name`, `unix-group-id`, `process-id`, `process-time`, `sasl-user-name`, `x509-distinguished-name`,
   * `selinux-context`.
   */
  async setIdentity(identity: TypedParameters, flags = 0): Promise<void> {
    await this.call('virConnectSetIdentity', identity, flags);
  }

  /** Nanoseconds that one of the host's CPUs, or all together, spent in `kernel`, `user`, `idle`, `iowait`. */
  async nodeCpuStats(cpu: number = NodeGetCPUStatsAllCPUs.ALL_CPUS, flags = 0): Promise<Record<string, bigint>> {
    return this.call('virNodeGetCPUStats', cpu, flags);
  }

  async nodeCpuMap(flags = 0): Promise<NodeCpuMap> {
    return this.call('virNodeGetCPUMap', flags);
  }

  /** KiB of one NUMA cell, or of the host: `total`, `free`, `buffers`, `cached`. */
  async nodeMemoryStats(
    cell: number = NodeGetMemoryStatsAllCells.ALL_CELLS,
    flags = 0,
  ): Promise<Record<string, bigint>> {
    return this.call('virNodeGetMemoryStats', cell, flags);
  }

  /** Bytes. */
  async nodeFreeMemory(): Promise<bigint> {
    return this.call('virNodeGetFreeMemory');
  }

  /** Bytes that are free in each NUMA cell, the first cell first. */
  async nodeCellsFreeMemory(which: NodeCells = {}): Promise<bigint[]> {
    const { firstCell = 0, cells = ALL_CELLS } = optionsOf(which, CELLS);
    return this.call('virNodeGetCellsFreeMemory', firstCell, cells);
  }

  /** For each NUMA cell, how many pages of each of these sizes (KiB) are free. */
  async nodeFreePages(pageSizes: readonly number[], which: NodeCells = {}, flags = 0): Promise<bigint[][]> {
    const { firstCell = 0, cells = 1 } = optionsOf(which, CELLS);
    return this.call('virNodeGetFreePages', pageSizes, firstCell, cells, flags);
  }

  /**
   * Adds huge pages to the host's pool, or sets their number with NodeAllocPagesFlags.SET: a size in KiB, and how many. In
   * all cells together unless told. Resolves with how many cells were adjusted.
   */
  async nodeAllocPages(
    pages: readonly { size: number; count: number }[],
    which: NodeCells = {},
    flags: NodeAllocPagesFlags | 0 = 0,
  ): Promise<number> {
    requireArray(pages, 'the pages');
    const { firstCell = -1, cells = 1 } = optionsOf(which, CELLS);
    const wanted = pages.map((page) => optionsOf(page, { size: true, count: true }));
    const sizes = wanted.map(({ size }) => size);
    const counts = wanted.map(({ count }) => count);
    return this.call('virNodeAllocPages', sizes, counts, firstCell, cells, flags);
  }

  /** How the kernel shares equal pages between guests, and how many: `shm_pages_to_scan`, `shm_sleep_millisecs`, ... */
  async nodeMemoryParameters(flags = 0): Promise<ParameterValues> {
    return this.call('virNodeGetMemoryParameters', flags);
  }

  /** `shm_pages_to_scan`, `shm_sleep_millisecs` and `shm_merge_across_nodes` can be set. */
  async setNodeMemoryParameters(parameters: TypedParameters, flags = 0): Promise<void> {
    await this.call('virNodeSetMemoryParameters', parameters, flags);
  }

  /** Empty strings when the host's guests are not labelled. */
  async nodeSecurityModel(): Promise<SecurityModel> {
    return this.call('virNodeGetSecurityModel');
  }

  /** What who launches a guest under AMD SEV must know of the host: `pdh`, `cert-chain`, `cbitpos`, `max-guests`, ... */
  async nodeSevInfo(flags = 0): Promise<ParameterValues> {
    return this.call('virNodeGetSEVInfo', flags);
  }

  /** Puts the whole host to sleep for so many seconds, at least 60. */
  async nodeSuspendForDuration(target: NodeSuspendTarget, seconds: bigint | number, flags = 0): Promise<void> {
    await this.call('virNodeSuspendForDuration', target, seconds, flags);
  }
}
