import { HvError } from '../errors';

const BITS = 32;

/** A range of IPv4 addresses: `first` is its lowest address as a number, `prefix` the number of bits that all of them share. */
export interface Subnet {
  readonly first: number;
  readonly prefix: number;
}

/** As a number from 0 to 2^32-1; undefined where it is no IPv4 address in four decimal parts. */
export function tryParseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  // No leading zeros: some programs take 010 for eight.
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((number, part) => number * 256 + Number(part), 0);
}

export function parseIpv4(text: string): number {
  const number = tryParseIpv4(text);
  if (number === undefined) throw invalid(`"${text}" is not an IPv4 address`);
  return number;
}

export function formatIpv4(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}

/** The subnet that an address lies in, by its prefix (24) or its netmask ('255.255.255.0'). */
export function subnetOf(address: string | number, prefixOrNetmask: number | string): Subnet {
  const prefix = typeof prefixOrNetmask === 'number' ? prefixOrNetmask : prefixOf(prefixOrNetmask);
  if (!(Number.isInteger(prefix) && prefix >= 0 && prefix <= BITS)) {
    throw invalid(`${prefix} is not the length of a prefix`);
  }
  const number = typeof address === 'number' ? address : parseIpv4(address);
  const size = 2 ** (BITS - prefix);
  return { first: number - (number % size), prefix };
}

function prefixOf(netmask: string): number {
  const size = 2 ** BITS - parseIpv4(netmask);
  const prefix = BITS - Math.log2(size);
  if (!Number.isInteger(prefix)) throw invalid(`"${netmask}" is not a netmask`);
  return prefix;
}

/** How many addresses it has, with those that no machine can have. */
export function sizeOf({ prefix }: Subnet): number {
  return 2 ** (BITS - prefix);
}

/** Its highest address: the broadcast address. */
export function lastOf(subnet: Subnet): number {
  return subnet.first + sizeOf(subnet) - 1;
}

/** The host's own address in a network of ours, the first that can be had. */
export function gatewayOf({ first }: Subnet): string {
  return formatIpv4(first + 1);
}

/** The addresses that are left for machines. */
export function machineRange(subnet: Subnet): { first: string; last: string } {
  return { first: formatIpv4(subnet.first + 2), last: formatIpv4(lastOf(subnet) - 1) };
}

export function netmaskOf(subnet: Subnet): string {
  return formatIpv4(2 ** BITS - sizeOf(subnet));
}

export function formatSubnet({ first, prefix }: Subnet): string {
  return `${formatIpv4(first)}/${prefix}`;
}

export function contains(subnet: Subnet, address: string): boolean {
  const number = parseIpv4(address);
  return number >= subnet.first && number <= lastOf(subnet);
}

export function overlap(one: Subnet, other: Subnet): boolean {
  return one.first <= lastOf(other) && other.first <= lastOf(one);
}

function invalid(message: string): HvError {
  return new HvError({ code: 'ERR_INVALID_ARGUMENT', message });
}
