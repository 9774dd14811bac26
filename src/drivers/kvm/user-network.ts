import type { z } from 'zod';

import type { forward } from './record-schemas';
import type { XmlElement } from './xml';

export type Forward = z.output<typeof forward>;

const HOST = '127.0.0.1';
const NETDEV = 'hvkit0';
/** The guest's address in QEMU's own network. */
export const USER_GUEST = '10.0.2.15';

/** QEMU's own NAT, as arguments: libvirt 9 can forward ports only with passt. */
export function userNetworkArguments(
  { restrict, machineType }: { restrict: boolean; machineType: string },
  mac: string,
  forwards: readonly Forward[],
): string[] {
  const rules = forwards.map(({ host, guest, protocol }) => `hostfwd=${protocol}:${HOST}:${host}-:${guest}`);
  return [
    '-netdev',
    ['user', `id=${NETDEV}`, ...(restrict ? ['restrict=on'] : []), ...rules].join(','),
    '-device',
    // A slot that libvirt, which does not know of it, gives to nothing: it fills the bus from below.
    `virtio-net-pci,netdev=${NETDEV},mac=${mac},bus=${rootBus(machineType)},addr=0x10,romfile=`,
  ];
}

function rootBus(machineType: string): string {
  return hasPciExpress(machineType) ? 'pcie.0' : 'pci.0';
}

/** QEMU's oldest machine has none. */
export function hasPciExpress(machineType: string): boolean {
  return !/^pc(?:-i440fx|$)/.test(machineType);
}

/** The forwards that a domain's definition has. */
export function forwardsOf(domain: XmlElement): Forward[] {
  const values = domain.all('qemu:commandline', 'qemu:arg').map((argument) => argument.attribute('value') ?? '');
  const netdev = values.find((value) => value.startsWith(`user,id=${NETDEV}`)) ?? '';
  return [...netdev.matchAll(/hostfwd=(tcp|udp):127\.0\.0\.1:(\d+)-:(\d+)/g)].map(([, protocol, host, guest]) => ({
    host: Number(host),
    guest: Number(guest),
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
  }));
}
