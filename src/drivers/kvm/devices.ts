import { dirname, join } from 'node:path';

import type { Arch } from '../../images/image';
import type { Booted } from '../../images/booted';
import type { DriverMachine } from '../driver';
import type { KvmPlan } from './plan';
import { embedRoot, socketOf, type Target } from './target';
import { hasPciExpress } from './user-network';
import type { XmlNode } from './xml';

/** Of Linux: 108 bytes, the last of them a zero. */
const LONGEST_SOCKET = 107;

/**
 * Where its devices are on the bus that the machine has from the start. libvirt would give each a port of PCI Express, which
 * every guest has to look at when it boots: for what is never unplugged. Above what libvirt gives away, and QEMU's network.
 */
const SLOTS = { disk: 0x11, seed: 0x12, serial: 0x13, rng: 0x14, balloon: 0x15, network: 0x16, share: 0x17 };
const LAST_SLOT = 0x1e;

export interface Disks {
  /** The machine's own. */
  disk: string;
  seed?: string;
  cdrom?: string;
}

export function devices(machine: Booted<DriverMachine>, plan: KvmPlan, disks: Disks, log: string): XmlNode {
  const { spec, image } = machine;
  const serial = { '@type': 'pty', log: { '@file': log, '@append': 'on' } };
  const at = (slot: number): XmlNode => slotOf(plan, slot);
  return {
    disk: [
      { ...ownDisk(plan, disks.disk), ...at(SLOTS.disk) },
      ...(disks.seed === undefined ? [] : [seedDisk(disks.seed, at(SLOTS.seed))]),
      ...(disks.cdrom === undefined ? [] : [cdrom(disks.cdrom, image.arch)]),
    ],
    controller: [
      { '@type': 'usb', '@model': 'none' },
      { '@type': 'virtio-serial', '@index': '0', ...at(SLOTS.serial) },
      ...(disks.cdrom !== undefined && image.arch !== 'x86_64' ? [{ '@type': 'scsi', '@model': 'virtio-scsi' }] : []),
    ],
    filesystem: spec.shares.map((share, index) => ({
      ...sharedFolder(plan, share.host, index, share.readOnly),
      ...at(SLOTS.share + index),
    })),
    ...networkInterface(plan),
    serial: { ...serial, target: { '@port': '0' } },
    console: { '@type': 'pty', target: { '@type': 'serial', '@port': '0' } },
    ...agentChannel(machine.uuid, plan),
    rng: { '@model': 'virtio', backend: { '@model': 'random', '#text': '/dev/urandom' }, ...at(SLOTS.rng) },
    memballoon: { '@model': 'virtio', ...at(SLOTS.balloon) },
    video: { model: { '@type': 'none' } },
    ...(image.arch === 'x86_64' ? { panic: { '@model': 'isa' } } : {}),
  };
}

/** QEMU's oldest machine has one bus for all of them anyway; what finds no slot any more is libvirt's to place. */
function slotOf({ machineType }: KvmPlan, slot: number): XmlNode {
  if (!hasPciExpress(machineType) || slot > LAST_SLOT) return {};
  return { address: { '@type': 'pci', '@bus': '0x00', '@slot': `0x${slot.toString(16)}`, '@function': '0x0' } };
}

/** How the guest's agent is talked to. */
function agentChannel(uuid: string, { target }: KvmPlan): XmlNode {
  const path = agentSocket(uuid, target);
  if (path !== undefined && path.length > LONGEST_SOCKET) return {};
  return {
    channel: {
      '@type': 'unix',
      ...(path === undefined ? {} : { source: { '@mode': 'bind', '@path': path } }),
      target: { '@type': 'virtio', '@name': 'org.qemu.guest_agent.0' },
    },
  };
}

/** Below a home directory libvirt's own choice is soon too long for a socket, and the machine would not start. */
function agentSocket(uuid: string, { kind, uri }: Target): string | undefined {
  const name = `hvkit-${uuid.slice(0, 8)}.agent`;
  if (kind === 'session') return join(dirname(socketOf(uri) ?? ''), name);
  if (kind === 'embed') return join(embedRoot(uri) ?? '', 'run', name);
  return undefined;
}

function ownDisk({ cacheMode, ioMode }: KvmPlan, path: string): XmlNode {
  return {
    '@type': 'file',
    '@device': 'disk',
    driver: {
      '@name': 'qemu',
      '@type': 'qcow2',
      '@discard': 'unmap',
      ...(cacheMode === 'default' ? {} : { '@cache': cacheMode }),
      ...(ioMode === undefined ? {} : { '@io': ioMode }),
    },
    source: { '@file': path },
    target: { '@dev': 'vda', '@bus': 'virtio' },
  };
}

function seedDisk(path: string, place: XmlNode): XmlNode {
  return {
    '@type': 'file',
    '@device': 'disk',
    driver: { '@name': 'qemu', '@type': 'raw' },
    source: { '@file': path },
    target: { '@dev': 'vdb', '@bus': 'virtio' },
    readonly: {},
    ...place,
  };
}

/** The machine `virt` has no SATA of its own. */
function cdrom(path: string, arch: Arch): XmlNode {
  return {
    '@type': 'file',
    '@device': 'cdrom',
    driver: { '@name': 'qemu', '@type': 'raw' },
    source: { '@file': path },
    target: { '@dev': 'sda', '@bus': arch === 'x86_64' ? 'sata' : 'scsi' },
    readonly: {},
  };
}

/** The guest finds it by its tag. */
function sharedFolder({ shares }: KvmPlan, path: string, index: number, readOnly: boolean): XmlNode {
  return {
    '@type': 'mount',
    '@accessmode': shares === 'virtiofs' ? 'passthrough' : 'mapped',
    ...(shares === 'virtiofs' ? { driver: { '@type': 'virtiofs' } } : {}),
    source: { '@dir': path },
    target: { '@dir': `share${index}` },
    // virtiofs of libvirt 9 knows no read-only folder: the guest mounts it so.
    ...(readOnly && shares === '9p' ? { readonly: {} } : {}),
  };
}

function networkInterface(plan: KvmPlan): XmlNode {
  const { network, mac } = plan;
  const common = {
    mac: { '@address': mac },
    model: { '@type': 'virtio' },
    // Its boot program would only take time.
    rom: { '@enabled': 'no' },
    ...slotOf(plan, SLOTS.network),
  };
  switch (network.mode) {
    case 'user':
      return {};
    case 'nat':
    case 'network':
      return { interface: { '@type': 'network', source: { '@network': network.name }, ...common } };
    case 'bridge':
      return { interface: { '@type': 'bridge', source: { '@bridge': network.name }, ...common } };
  }
}
