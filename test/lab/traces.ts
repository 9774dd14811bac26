import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { bridgeName } from '../../src/drivers/kvm/names';
import type { Actor } from './actor';

/** What libvirt, the host's network and its processes have of a home: to be nothing when its last machine is gone. */
export function traces(home: Actor['home']): string[] {
  const bridges = Array.from({ length: 16 }, (_, attempt) => bridgeName(`hvkit-${home.id}`, attempt));
  const virsh = (...args: string[]): string[] =>
    execFileSync('virsh', ['-c', 'qemu:///system', ...args], { encoding: 'utf8' }).split('\n');
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLine(pid))
    .filter((line) => /^\S*(?:qemu-system|dnsmasq|virtiofsd)/.test(line));
  return [
    ...virsh('list', '--all', '--name'),
    ...virsh('net-list', '--all', '--name'),
    ...virsh('pool-list', '--all', '--name'),
    ...['/var/lib/libvirt/images', '/var/log/libvirt/qemu', join('/var/lib/hvkit', home.id)].flatMap(namesIn),
    ...readdirSync('/sys/class/net'),
    ...processes,
  ].filter((line) => line.includes(`hvkit-${home.id}`) || /^(?:vnet|tap)/.test(line) || bridges.includes(line));
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Its words; nothing of one that has ended. */
export function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended meanwhile.
    return '';
  }
}
