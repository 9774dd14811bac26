import { endianness, type NetworkInterfaceInfo } from 'node:os';

import { HvError } from '../errors';
import { choice } from './hash';
import { formatIpv4, formatSubnet, overlap, subnetOf, tryParseIpv4, type Subnet } from './ipv4';

/** A subnet that is in use, and by what, for people: `the route by eth0`, `network default`. */
export interface Taken {
  readonly subnet: Subnet;
  readonly by: string;
}

/**
 * Where networks of ours may lie, best first. In 10.0.0.0/8 there are so many that the one chosen here is seldom one that this
 * computer meets elsewhere tomorrow. The other two are for hosts whose VPN takes all of 10.0.0.0/8; of them the parts are
 * left out that Docker, libvirt and home routers begin with.
 */
const REALMS: readonly { readonly base: string; readonly prefix: number }[] = [
  { base: '10.64.0.0', prefix: 10 },
  { base: '10.128.0.0', prefix: 9 },
  { base: '192.168.192.0', prefix: 18 },
  { base: '172.24.0.0', prefix: 13 },
];

/** Routes that are wider are ways out, not networks: the default route, and the two halves that a VPN puts in front of it. */
const WIDEST_NETWORK = 8;
const NARROWEST = 30;
const CANDIDATES = 64;

/**
 * Subnets to try, one after the other, until the owner of the network does not refuse: the same ones in the same order for
 * the same seed (a home's id), none of them in use by what is known here.
 */
export function subnetCandidates(options: {
  seed: string;
  taken: readonly Taken[];
  prefix?: number;
  most?: number;
}): Subnet[] {
  const { seed, taken, prefix = 24, most = CANDIDATES } = options;
  const found: Subnet[] = [];
  for (const { base, prefix: width } of REALMS) {
    const count = 2 ** Math.max(0, prefix - width);
    const start = choice(count, 'subnet', seed, base);
    for (let i = 0; i < count && found.length < most; i += 1) {
      const realm = subnetOf(base, width);
      const first = realm.first + ((start + i) % count) * 2 ** (32 - prefix);
      const subnet = subnetOf(first, prefix);
      if (!taken.some((other) => overlap(other.subnet, subnet))) found.push(subnet);
    }
  }
  if (found.length === 0) {
    throw new HvError({
      code: 'ERR_NO_SUBNET',
      message: `No subnet is free for a network: ${taken.map(describe).join(', ')}`,
      hint: 'Name one that you can do without: --network nat=192.168.200.0/24',
    });
  }
  return found;
}

/** A subnet that a user asks for, such as `192.168.200.0/24`. */
export function parseSubnet(text: string): Subnet {
  const [address = '', length = '', ...rest] = text.split('/');
  const number = tryParseIpv4(address);
  const prefix = /^\d{1,2}$/.test(length) ? Number(length) : NaN;
  if (number === undefined || Number.isNaN(prefix) || rest.length > 0) {
    throw refused(`"${text}" is not a subnet`, 'Write it as 192.168.200.0/24.');
  }
  if (prefix < WIDEST_NETWORK || prefix > NARROWEST) {
    throw refused(
      `A network cannot have the subnet ${text}`,
      `The prefix is a number from /${WIDEST_NETWORK} to /${NARROWEST}.`,
    );
  }
  const subnet = subnetOf(number, prefix);
  if (subnet.first !== number) {
    throw refused(`${text} is an address in a subnet, not the subnet`, `Write ${formatSubnet(subnet)}.`);
  }
  const use = SPECIAL.find((special) => overlap(special.subnet, subnet));
  if (use) throw refused(`The subnet ${text} is ${use.by}`, 'Take one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.');
  return subnet;
}

/** Refuses a subnet that is in use. */
export function checkFree(subnet: Subnet, taken: readonly Taken[]): void {
  const others = taken.filter((other) => overlap(other.subnet, subnet));
  if (others.length === 0) return;
  throw refused(
    `The subnet ${formatSubnet(subnet)} is in use: ${others.map(describe).join(', ')}`,
    'Name another one, or none: then hvkit looks for one that is free.',
  );
}

/** The subnets that this host has routes to, of the text of /proc/net/route. */
export function routedSubnets(procNetRoute: string): Taken[] {
  return procNetRoute
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([device = '', destination = '', , , , , , mask = '']) => {
      if (!/^[0-9A-F]{8}$/i.test(destination) || !/^[0-9A-F]{8}$/i.test(mask)) return [];
      const subnet = subnetOf(kernelNumber(destination), formatIpv4(kernelNumber(mask)));
      return subnet.prefix < WIDEST_NETWORK ? [] : [{ subnet, by: `a route by ${device}` }];
    });
}

/** The kernel prints the bytes of the address as a number of this processor's. */
function kernelNumber(hex: string): number {
  const bytes = Buffer.from(hex, 'hex');
  return endianness() === 'LE' ? bytes.readUInt32LE() : bytes.readUInt32BE();
}

/** The subnets that this host has an address in, of os.networkInterfaces(). */
export function interfaceSubnets(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): Taken[] {
  return Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, netmask }) => ({ subnet: subnetOf(address, netmask), by: `the interface ${name}` })),
  );
}

function describe({ subnet, by }: Taken): string {
  return `${formatSubnet(subnet)} by ${by}`;
}

function refused(message: string, hint: string): HvError {
  return new HvError({ code: 'ERR_SUBNET', message, hint });
}

/** Not for networks, whoever asks. */
const SPECIAL: readonly Taken[] = [
  { subnet: subnetOf('0.0.0.0', 8), by: 'no addresses of machines' },
  { subnet: subnetOf('127.0.0.0', 8), by: "this host's own" },
  { subnet: subnetOf('169.254.0.0', 16), by: 'for addresses without a server' },
  { subnet: subnetOf('224.0.0.0', 3), by: 'for groups of machines, or reserved' },
];
