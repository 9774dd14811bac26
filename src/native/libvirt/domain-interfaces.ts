import type { DomainInterface, DomainInterfaceStats, ParameterValues, TypedParameters } from './binding-types';
import { DomainDisks } from './domain-disks';
import type { DomainInterfaceAddressesSource, DomainModificationImpact } from './enums';

/** A domain's network interfaces. An interface goes by its target on the host (`vnet0`) or by its MAC address. */
export abstract class DomainInterfaces extends DomainDisks {
  /** By what libvirt's own networks leased, by what the host's ARP table has, or by what the guest's agent says. */
  async interfaceAddresses(source: DomainInterfaceAddressesSource, flags = 0): Promise<DomainInterface[]> {
    return this.call('virDomainInterfaceAddresses', source, flags);
  }

  async interfaceStats(device: string): Promise<DomainInterfaceStats> {
    return this.call('virDomainInterfaceStats', device);
  }

  /** Bandwidth: TypedParam.DOMAIN_BANDWIDTH_*, KiB/s and KiB; 0 for no limit. */
  async interfaceParameters(device: string, flags: DomainModificationImpact = 0): Promise<ParameterValues> {
    return this.call('virDomainGetInterfaceParameters', device, flags);
  }

  async setInterfaceParameters(
    device: string,
    params: TypedParameters,
    flags: DomainModificationImpact = 0,
  ): Promise<void> {
    await this.call('virDomainSetInterfaceParameters', device, params, flags);
  }
}
