import type { DomainVcpu, ParameterValues, TypedParameters } from './binding-types';
import { cpuMapOf, cpusOf } from './domain-cpu-map';
import { DomainMemory } from './domain-memory';
import { DomainModificationImpact, DomainVcpuFlags } from './enums';
import { truthOf } from './options';

export interface DomainIOThread {
  id: number;
  /** The host's CPUs that it may run on. */
  cpus: number[];
}

/** A domain's virtual CPUs and other threads, and which of the host's CPUs they run on. */
export abstract class DomainCpus extends DomainMemory {
  /** How many it has now; with CONFIG at its next start, with MAXIMUM how many it could have. */
  async vcpuCount(flags: DomainVcpuFlags = 0): Promise<number> {
    return this.call('virDomainGetVcpusFlags', flags);
  }

  async setVcpus(count: number, flags: DomainVcpuFlags = 0): Promise<void> {
    await this.call('virDomainSetVcpusFlags', count, flags);
  }

  /** Single ones on or off, as libvirt writes sets of numbers: `0-3,^2`. */
  async setVcpu(vcpus: string, enabled: boolean, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetVcpu', vcpus, truthOf(enabled, 'enabled'), flags);
  }

  /** The most that a running domain can have. */
  async maxVcpus(): Promise<number> {
    return this.call('virDomainGetMaxVcpus');
  }

  /** Of a running domain: the state, time and place of each. */
  async vcpus(): Promise<DomainVcpu[]> {
    return this.call('virDomainGetVcpus');
  }

  /** As the guest sees them, told by its agent. */
  async guestVcpus(flags = 0): Promise<ParameterValues> {
    return this.call('virDomainGetGuestVcpus', flags);
  }

  /** Lets the guest's system use some of its vCPUs or not, through its agent: `0-3,^2`. */
  async setGuestVcpus(vcpus: string, online: boolean, flags = 0): Promise<void> {
    await this.call('virDomainSetGuestVcpus', vcpus, truthOf(online, 'online'), flags);
  }

  /** Lets a vCPU run on these CPUs of the host only. */
  async pinVcpu(vcpu: number, cpus: readonly number[], flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainPinVcpuFlags', vcpu, cpuMapOf(cpus), flags);
  }

  /** For each vCPU, the host's CPUs that it may run on. */
  async vcpuPinInfo(flags: DomainModificationImpact = 0): Promise<number[][]> {
    const ofConfig = typeof flags === 'number' && (flags & DomainModificationImpact.CONFIG) !== 0;
    const config = ofConfig ? DomainVcpuFlags.CONFIG : DomainVcpuFlags.CURRENT;
    const [count, length] = await Promise.all([this.vcpuCount(config | DomainVcpuFlags.MAXIMUM), this.#mapLength()]);
    const maps = await this.call('virDomainGetVcpuPinInfo', count, length, flags);
    return maps.map(cpusOf);
  }

  /** The same for the threads of the hypervisor that are no vCPUs. */
  async pinEmulator(cpus: readonly number[], flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainPinEmulator', cpuMapOf(cpus), flags);
  }

  async emulatorPinInfo(flags: DomainModificationImpact = 0): Promise<number[]> {
    return cpusOf(await this.call('virDomainGetEmulatorPinInfo', await this.#mapLength(), flags));
  }

  async ioThreadInfo(flags: DomainModificationImpact = 0): Promise<DomainIOThread[]> {
    const threads = await this.call('virDomainGetIOThreadInfo', flags);
    return threads.map(({ id, cpuMap }) => ({ id, cpus: cpusOf(cpuMap) }));
  }

  async addIOThread(id: number, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainAddIOThread', id, flags);
  }

  async delIOThread(id: number, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainDelIOThread', id, flags);
  }

  async pinIOThread(id: number, cpus: readonly number[], flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainPinIOThread', id, cpuMapOf(cpus), flags);
  }

  /** How long it polls, and so on: TypedParam.DOMAIN_IOTHREAD_*. */
  async setIOThreadParams(id: number, params: TypedParameters, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetIOThreadParams', id, params, flags);
  }

  /**
   * Nanoseconds that the domain used of each of the host's CPUs, from `start` on, `count` of them or all: TypedParam.DOMAIN_CPU_STATS_*.
   * Empty for a CPU that nothing is known of.
   */
  async cpuStats(start = 0, count = 0, flags = 0): Promise<ParameterValues[]> {
    return this.call('virDomainGetCPUStats', start, count, flags);
  }

  /** Nanoseconds that the domain used of all the host's CPUs. */
  async totalCpuStats(flags = 0): Promise<ParameterValues> {
    const [total = {}] = await this.call('virDomainGetCPUStats', -1, 1, flags);
    return total;
  }

  /** The name of the host's scheduler, such as `posix`. */
  async schedulerType(): Promise<string> {
    return this.call('virDomainGetSchedulerType');
  }

  /** Shares, periods and quotas: TypedParam.DOMAIN_SCHEDULER_*. */
  async schedulerParameters(flags: DomainModificationImpact = 0): Promise<ParameterValues> {
    // Not every driver that has the one has the other.
    if (flags === DomainModificationImpact.CURRENT) return this.call('virDomainGetSchedulerParameters');
    return this.call('virDomainGetSchedulerParametersFlags', flags);
  }

  async setSchedulerParameters(params: TypedParameters, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetSchedulerParametersFlags', params, flags);
  }

  /** Which events of the host's CPUs are counted: TypedParam.PERF_PARAM_*, true or false. Connection.domainStats has the counts. */
  async perfEvents(flags: DomainModificationImpact = 0): Promise<ParameterValues> {
    return this.call('virDomainGetPerfEvents', flags);
  }

  async setPerfEvents(events: TypedParameters, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetPerfEvents', events, flags);
  }

  /** Bytes of a map of the host's CPUs. */
  async #mapLength(): Promise<number> {
    const { present } = await this.connection.nodeCpuMap();
    return Math.ceil(present / 8);
  }
}
