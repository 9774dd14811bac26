import { existsSync } from 'node:fs';

import { isRoot } from './choose';

type Thing = 'libvirt' | 'qemu' | 'virtiofsd' | 'dnsmasq';
type Manager = 'apt-get install' | 'dnf install' | 'pacman -S' | 'zypper install';

const MANAGERS: readonly [program: string, manager: Manager][] = [
  ['/usr/bin/apt-get', 'apt-get install'],
  ['/usr/bin/dnf', 'dnf install'],
  ['/usr/bin/pacman', 'pacman -S'],
  ['/usr/bin/zypper', 'zypper install'],
];

/** What the things are called, by those who package them. */
const PACKAGES: Readonly<Record<Thing, Readonly<Record<Manager, string>>>> = {
  libvirt: {
    'apt-get install': 'libvirt-daemon-system libvirt-clients',
    'dnf install': 'libvirt-daemon-kvm libvirt-daemon-config-network libvirt-client',
    'pacman -S': 'libvirt',
    'zypper install': 'libvirt-daemon-qemu libvirt-client',
  },
  qemu: {
    'apt-get install': process.arch === 'arm64' ? 'qemu-system-arm qemu-efi-aarch64' : 'qemu-system-x86',
    'dnf install': 'qemu-kvm',
    'pacman -S': 'qemu-base',
    'zypper install': 'qemu-kvm',
  },
  virtiofsd: {
    // Until Debian 12 it is a part of QEMU, and so there.
    'apt-get install': 'virtiofsd',
    'dnf install': 'virtiofsd',
    'pacman -S': 'virtiofsd',
    'zypper install': 'virtiofsd',
  },
  dnsmasq: {
    'apt-get install': 'dnsmasq-base',
    'dnf install': 'dnsmasq',
    'pacman -S': 'dnsmasq',
    'zypper install': 'dnsmasq',
  },
};

/** The command that installs something on this system; where that is an unknown one, what to look for. */
export function installCommand(thing: Thing): string {
  const manager = MANAGERS.find(([program]) => existsSync(program))?.[1];
  if (manager === undefined) return `Install ${thing} with this system's package manager.`;
  return asRoot(`${manager} ${PACKAGES[thing][manager]}`);
}

export function asRoot(command: string): string {
  return isRoot() ? command : `sudo ${command}`;
}
