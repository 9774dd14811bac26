import XMLBuilder from 'fast-xml-builder';

type XmlNode = Record<string, unknown>;

export interface GuestDisk {
  path: string;
  format: 'qcow2' | 'raw';
  /** Where the guest sees it; `vda` unless told. */
  target?: string;
}

export interface GuestDomain {
  name: string;
  kernel: string;
  initrd: string;
  uuid?: string;
  memoryMiB?: number;
  vcpus?: number;
  /** Above `vcpus`, the difference can be plugged in while the domain runs. */
  maxVcpus?: number;
  /** Above `memoryMiB`, the difference can be plugged in as DIMMs while the domain runs. */
  maxMemoryMiB?: number;
  /** A libvirt network's name, or QEMU's own user networking. No interface unless told. */
  network?: { name: string } | { user: true };
  mac?: string;
  disks?: GuestDisk[];
  agent?: boolean;
  /** A file that receives all that the console prints, besides its stream. */
  consoleLog?: string;
  watchdog?: 'reset' | 'shutdown' | 'poweroff' | 'pause' | 'none' | 'dump' | 'inject-nmi';
  /** Put behind the kernel's own arguments. */
  kernelArguments?: string[];
}

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: true,
  suppressEmptyNode: true,
  format: true,
});

/** The XML of a domain that boots the guest of `guest/build` under software emulation. */
export function domainXml(guest: GuestDomain): string {
  return builder.build({ domain: domain(guest) });
}

function domain(guest: GuestDomain): XmlNode {
  const { name, uuid, memoryMiB = 128, vcpus = 1, maxVcpus = vcpus, maxMemoryMiB = memoryMiB } = guest;
  return {
    '@type': 'qemu',
    name,
    ...(uuid === undefined ? {} : { uuid }),
    ...(maxMemoryMiB > memoryMiB ? { maxMemory: { '@slots': '4', ...mebibytes(maxMemoryMiB) } } : {}),
    memory: mebibytes(memoryMiB),
    vcpu: { '@current': String(vcpus), '#text': maxVcpus },
    os: {
      type: { '@arch': 'x86_64', '@machine': 'q35', '#text': 'hvm' },
      kernel: guest.kernel,
      initrd: guest.initrd,
      cmdline: kernelArguments(guest).join(' '),
    },
    features: { acpi: {}, apic: {} },
    cpu: {
      '@mode': 'maximum',
      // Memory can only be plugged into a NUMA node.
      ...(maxMemoryMiB > memoryMiB ? { numa: { cell: numaCell(maxVcpus, memoryMiB) } } : {}),
    },
    on_poweroff: 'destroy',
    on_reboot: 'restart',
    on_crash: 'destroy',
    devices: devices(guest),
  };
}

function mebibytes(size: number): XmlNode {
  return { '@unit': 'MiB', '#text': size };
}

function numaCell(vcpus: number, memoryMiB: number): XmlNode {
  return { '@id': '0', '@cpus': `0-${String(vcpus - 1)}`, '@memory': String(memoryMiB), '@unit': 'MiB' };
}

function kernelArguments(guest: GuestDomain): string[] {
  // QEMU's timer ticks late on a busy host, where a kernel that counts the ticks takes it for broken, and panics.
  const always = ['console=ttyS0', 'no_timer_check', 'quiet', 'panic=-1'];
  return [...always, `hvkit.hostname=${guest.name}`, ...(guest.kernelArguments ?? [])];
}

function devices(guest: GuestDomain): XmlNode {
  return {
    controller: [
      { '@type': 'usb', '@model': 'none' },
      { '@type': 'pci', '@index': '0', '@model': 'pcie-root' },
      // Each plugged in device takes a root port that was there at boot; libvirt adds none to spare.
      ...Array.from({ length: 12 }, () => ({ '@type': 'pci', '@model': 'pcie-root-port' })),
    ],
    serial: {
      '@type': 'pty',
      ...(guest.consoleLog === undefined ? {} : { log: { '@file': guest.consoleLog, '@append': 'off' } }),
      target: { '@port': '0' },
    },
    console: { '@type': 'pty', target: { '@type': 'serial', '@port': '0' } },
    rng: { '@model': 'virtio', backend: { '@model': 'random', '#text': '/dev/urandom' } },
    memballoon: { '@model': 'virtio', stats: { '@period': '1' } },
    disk: (guest.disks ?? []).map(disk),
    ...(guest.network === undefined ? {} : { interface: networkInterface(guest.network, guest.mac) }),
    ...(guest.agent === true ? { channel: agentChannel() } : {}),
    ...(guest.watchdog === undefined ? {} : { watchdog: { '@model': 'i6300esb', '@action': guest.watchdog } }),
  };
}

function disk({ path, format, target = 'vda' }: GuestDisk): XmlNode {
  return {
    '@type': 'file',
    '@device': 'disk',
    driver: { '@name': 'qemu', '@type': format },
    source: { '@file': path },
    target: { '@dev': target, '@bus': 'virtio' },
  };
}

function networkInterface(network: { name: string } | { user: true }, mac: string | undefined): XmlNode {
  return {
    ...('user' in network ? { '@type': 'user' } : { '@type': 'network', source: { '@network': network.name } }),
    ...(mac === undefined ? {} : { mac: { '@address': mac } }),
    model: { '@type': 'virtio' },
    // Its boot program would only take time: the kernel comes from the host.
    rom: { '@enabled': 'no' },
  };
}

function agentChannel(): XmlNode {
  return { '@type': 'unix', target: { '@type': 'virtio', '@name': 'org.qemu.guest_agent.0' } };
}
