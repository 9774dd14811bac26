import type { Booted } from '../../images/booted';
import type { Arch } from '../../images/image';
import type { DriverMachine, Home } from '../driver';
import { devices, type Disks } from './devices';
import { markOf } from './mark';
import type { KvmPlan } from './plan';
import { userNetworkArguments, type Forward } from './user-network';
import { xmlText, type XmlNode } from './xml';

/** What the machine's other resources came to. */
export interface Parts {
  kernel?: string;
  initrd?: string;
  disks: Disks;
  forwards: readonly Forward[];
  /** The file that keeps what the console prints. */
  log: string;
}

/** libvirt's description of a machine. */
export function domainXml(home: Home, machine: Booted<DriverMachine>, plan: KvmPlan, parts: Parts): string {
  const { image, uuid, name } = machine;
  const { machineType, mac } = plan;
  const network =
    plan.network.mode === 'user'
      ? userNetworkArguments({ restrict: plan.network.restrict, machineType }, mac, parts.forwards)
      : [];
  return xmlText({
    domain: {
      '@type': plan.accel === 'kvm' ? 'kvm' : 'qemu',
      '@xmlns:qemu': 'http://libvirt.org/schemas/domain/qemu/1.0',
      name: plan.domain,
      uuid,
      title: name,
      metadata: markOf(home, machine),
      memory: { '@unit': 'MiB', '#text': plan.memory },
      vcpu: plan.cpus,
      ...(plan.shares === 'virtiofs' ? { memoryBacking: sharedMemory() } : {}),
      os: operatingSystem(machine, plan, parts),
      features: image.arch === 'x86_64' ? { acpi: {}, apic: {} } : { acpi: {}, gic: { '@version': gicVersion(plan) } },
      cpu: { '@mode': plan.accel === 'kvm' ? 'host-passthrough' : 'maximum' },
      clock: { '@offset': 'utc', ...timers(machine) },
      on_poweroff: 'destroy',
      on_reboot: 'restart',
      // Told as an event, and not started over and over again.
      on_crash: 'destroy',
      devices: devices(machine, plan, parts.disks, parts.log),
      ...(network.length > 0
        ? { 'qemu:commandline': { 'qemu:arg': network.map((each) => ({ '@value': each })) } }
        : {}),
    },
  });
}

function operatingSystem({ image }: Booted<DriverMachine>, plan: KvmPlan, { kernel, initrd }: Parts): XmlNode {
  const type = { '@arch': image.arch, '@machine': plan.machineType, '#text': 'hvm' };
  const firmware = plan.firmware === 'efi' ? uefi() : {};
  if (kernel === undefined) {
    // What a BIOS says of a disk that it cannot start goes to a screen otherwise, and there is none.
    const told = plan.firmware === 'bios' && image.arch === 'x86_64' ? { bios: { '@useserial': 'yes' } } : {};
    return { ...firmware, type, ...told, boot: { '@dev': image.cdrom ? 'cdrom' : 'hd' } };
  }
  return {
    ...(image.arch === 'x86_64' ? {} : firmware),
    type,
    kernel,
    ...(initrd === undefined ? {} : { initrd }),
    cmdline: [...kernelArguments(image.arch), image.cmdline ?? ''].join(' ').trim(),
  };
}

/**
 * On a host with more to do than processors, Linux finds too few ticks of an emulated timer while it counts them, and panics:
 * "IO-APIC + timer doesn't work". It need not count: QEMU's timer works.
 */
function kernelArguments(arch: Arch): string[] {
  return arch === 'x86_64' ? ['console=ttyS0', 'no_timer_check'] : ['console=ttyAMA0'];
}

/**
 * libvirt finds the firmware's files for itself. Left to choose, it takes one that starts only what Microsoft has signed: no
 * kernel that is started directly, and not every distribution's disk.
 */
function uefi(): XmlNode {
  return { '@firmware': 'efi', firmware: { feature: { '@enabled': 'no', '@name': 'secure-boot' } } };
}

/** A timer that a guest would boot longer for, and that its others do as well. */
function timers({ image }: Booted<DriverMachine>): XmlNode {
  return image.arch === 'x86_64' ? { timer: { '@name': 'hpet', '@present': 'no' } } : {};
}

function gicVersion({ accel }: KvmPlan): string {
  return accel === 'kvm' ? 'host' : '3';
}

/** What virtiofsd, another process, reads and writes. */
function sharedMemory(): XmlNode {
  return { source: { '@type': 'memfd' }, access: { '@mode': 'shared' } };
}
