import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { formatMac, parseMac } from '../../net/mac';
import { callAddon, type NativeLease, type NativeLeaseKey } from './binding';

/** Where macOS keeps the leases of its DHCP server, which serves the machines of vmnet too. */
export const LEASE_FILE = '/var/db/dhcpd_leases';

/** An entry of the table of leases. */
export interface Lease {
  address: string;
  /** Absent where the client named itself by an identifier of its own (a DUID), which tells no MAC. */
  mac?: string;
  /** The client as the table has it: `1,8e:1:99:9c:54:b1`. */
  hardware: string;
  identifier: string;
  /** What the guest calls itself; several may use one name. */
  name?: string;
  /** Absent where the entry does not say. */
  expires?: Date;
}

export interface LeaseTable {
  /** In the order of the file, in which bootpd keeps what it touched last at the top. */
  leases: Lease[];
  /** How many entries could not be understood. */
  broken: number;
  /** How many more there are than were read. */
  more: number;
}

export interface LeaseOptions {
  /** `/var/db/dhcpd_leases` unless told. */
  path?: string | undefined;
}

export interface RemoveOptions extends LeaseOptions {
  /** The program of the DHCP server whose table it is; `/usr/libexec/bootpd` unless told. */
  server?: string;
  /** How long to wait for another process that changes the table; 5 seconds unless told. */
  waitMs?: number;
  signal?: AbortSignal | undefined;
}

/** Which entries: all of a client, or the one that gives it this address. The client is `Lease.hardware`, or a MAC. */
export type LeaseKey = { address?: string } & ({ mac: string } | { hardware: string });

/** A range of IPv4 addresses, both ends included, as numbers. */
export interface AddressRange {
  first: number;
  last: number;
}

/** How far the addresses of some ranges are given away. */
export interface LeaseUse {
  size: number;
  /** Addresses that stand in the table. */
  leased: number;
  /** Of these, the ones whose lease has not ended: the others are given to the next who asks, if nothing else is left. */
  live: number;
  exhausted: boolean;
}

/** macOS's DHCP server. */
const SERVER = '/usr/libexec/bootpd';
const MOST_LEASES = 100_000;
const ETHERNET = 1;
const MAC_OCTETS = 6;
const WAIT_MS = 5000;
const PAUSE_MS = 20;

/** The whole table. One that does not exist is empty: macOS makes it with the first lease. */
export async function readLeases({ path = LEASE_FILE }: LeaseOptions = {}): Promise<LeaseTable> {
  const { leases, broken, more } = await callAddon((addon) => addon.readLeases(path, MOST_LEASES));
  return { leases: leases.map(leaseOf), broken, more };
}

/** The newest lease of a MAC, which may stand in the table several times. */
export async function findLease(mac: string, { path = LEASE_FILE }: LeaseOptions = {}): Promise<Lease | undefined> {
  const hardware = hardwareOf(mac);
  const lease = await callAddon((addon) => addon.findLease(path, { hardware }));
  return lease ? leaseOf(lease) : undefined;
}

/** The newest lease of who calls itself so, which need not be whom you think of: names are not unique. */
export async function findLeaseByName(
  name: string,
  { path = LEASE_FILE }: LeaseOptions = {},
): Promise<Lease | undefined> {
  const lease = await callAddon((addon) => addon.findLease(path, { name }));
  return lease ? leaseOf(lease) : undefined;
}

/**
 * Takes entries out of the table and tells how many there were: in one step, with all other bytes, the owner and the mode as
 * they were. The table is bootpd's, which writes it anew from its memory: where it runs it is told to read it again (SIGHUP, as
 * its manual says), and a lease that it gives in that very moment may bring back what was taken out.
 */
export async function removeLeases(keys: readonly LeaseKey[], options: RemoveOptions = {}): Promise<number> {
  const { path = LEASE_FILE, server = SERVER, waitMs = WAIT_MS, signal } = options;
  const wanted = keys.map(nativeKey);
  const deadline = performance.now() + waitMs;
  for (;;) {
    const { outcome, removed } = await callAddon((addon) => addon.removeLeases(path, wanted, server));
    if (outcome === 'done') return removed;
    // Nobody tells when a lock becomes free. A table that was changed in between is taken again as it is now.
    if (performance.now() >= deadline) throw busy(path, outcome);
    await pause(path, signal);
  }
}

/** How many addresses of these ranges, which do not overlap, stand in the table. */
export function leaseUse(leases: readonly Lease[], ranges: readonly AddressRange[], now = new Date()): LeaseUse {
  const leased = new Set<string>();
  const live = new Set<string>();
  for (const { address, expires } of leases) {
    const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    if (!ranges.some(({ first, last }) => number >= first && number <= last)) continue;
    leased.add(address);
    if (!expires || expires > now) live.add(address);
  }
  const size = ranges.reduce((sum, { first, last }) => sum + Math.max(0, last - first + 1), 0);
  return { size, leased: leased.size, live: live.size, exhausted: live.size >= size };
}

/** As the table's own texts of a client begin: Ethernet, and the octets. */
function hardwareOf(mac: string): string {
  return `${ETHERNET},${formatMac(parseMac(mac))}`;
}

function nativeKey(key: LeaseKey): NativeLeaseKey {
  const hardware = 'mac' in key ? hardwareOf(key.mac) : key.hardware;
  return key.address === undefined ? { hardware } : { hardware, address: key.address };
}

function leaseOf({ name, address, hardware, hardwareType, hardwareBytes, identifier, expires }: NativeLease): Lease {
  const isMac = hardwareType === ETHERNET && hardwareBytes.length === MAC_OCTETS;
  const ends = new Date(expires * 1000);
  return {
    address,
    ...(isMac && { mac: formatMac(hardwareBytes) }),
    hardware,
    identifier,
    ...(name !== '' && { name }),
    ...(expires !== 0 && !Number.isNaN(ends.getTime()) && { expires: ends }),
  };
}

function busy(path: string, outcome: 'locked' | 'changed'): HvError {
  const who = outcome === 'locked' ? 'is locked by another process' : 'is being written by another process';
  return new HvError({
    code: 'ERR_LOCKED',
    message: `The table of leases ${path} ${who}`,
    hint: `Try again when it has ended. Who it is: fuser ${path}`,
  });
}

async function pause(path: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(PAUSE_MS, undefined, signal && { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
    const message = `The wait for the table of leases ${path} was aborted`;
    throw new HvError({ code: 'ABORT_ERR', message, cause: signal.reason });
  }
}
