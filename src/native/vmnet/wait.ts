import { HvError } from '../../errors';
import { formatMac, parseMac } from '../../net/mac';
import { findLease, LEASE_FILE, readLeases, type Lease, type LeaseOptions, type LeaseTable } from './leases';
import { TableWatch } from './watch';

export interface WaitOptions extends LeaseOptions {
  /** After which it fails; a minute unless told. */
  deadlineMs?: number;
  /** Ends the wait: give one that fires when the machine dies. */
  signal?: AbortSignal | undefined;
  /** What stood in the table before the machine was started: it does not count, unless it is renewed. */
  before?: Lease | undefined;
}

export interface WatchOptions extends LeaseOptions {
  /** Ends it, without an error. */
  signal?: AbortSignal | undefined;
}

const DEADLINE_MS = 60_000;
/** As many as an error can show without hiding what it says. */
const MOST_SHOWN = 10;

/** The lease that a MAC is given, as soon as it stands in the table; at once if it stands there already. */
export async function waitForLease(mac: string, options: WaitOptions = {}): Promise<Lease> {
  const { path = LEASE_FILE, deadlineMs = DEADLINE_MS, signal, before } = options;
  const deadline = performance.now() + deadlineMs;
  // Before the first look, so that nothing can come between.
  using table = new TableWatch(path);
  for (;;) {
    const lease = await findLease(mac, { path });
    if (lease && !(before && isSame(lease, before))) return lease;
    const left = deadline - performance.now();
    if (left <= 0) throw await tooLate(mac, path, deadlineMs);
    await table.changed(left, signal);
  }
}

/** Leases as they are given or renewed, from now on. Ends with its signal, or with the loop that reads it. */
export async function* watchLeases({ path = LEASE_FILE, signal }: WatchOptions = {}): AsyncGenerator<Lease, void> {
  using table = new TableWatch(path);
  let known = keysOf(await readLeases({ path }));
  while (!signal?.aborted) {
    try {
      await table.changed(Infinity, signal);
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
    const now = await readLeases({ path });
    for (const lease of now.leases) {
      if (!known.has(keyOf(lease))) yield lease;
    }
    known = keysOf(now);
  }
}

function keysOf({ leases }: LeaseTable): Set<string> {
  return new Set(leases.map(keyOf));
}

function keyOf({ hardware, address, expires }: Lease): string {
  return `${hardware} ${address} ${expires?.getTime() ?? ''}`;
}

function isSame(one: Lease, other: Lease): boolean {
  return keyOf(one) === keyOf(other);
}

async function tooLate(mac: string, path: string, deadlineMs: number): Promise<HvError> {
  const { leases } = await readLeases({ path });
  const shown = leases
    .slice(0, MOST_SHOWN)
    .map(({ address, hardware, name }) => `\n  ${address}  ${hardware}  ${name ?? ''}`.trimEnd());
  const others = leases.length > shown.length ? `\n  and ${leases.length - shown.length} more` : '';
  const table = leases.length === 0 ? 'It is empty.' : `It holds:${shown.join('')}${others}`;
  return new HvError({
    code: 'ERR_LEASE_WAIT',
    message: `No lease for ${formatMac(parseMac(mac))} came into ${path} within ${deadlineMs} ms. ${table}`,
    hint:
      'Look at the console of the machine. A guest that names itself by a DUID is not found by its MAC (cloud-init: ' +
      'dhcp-identifier: mac), and the application firewall of macOS can block bootpd.',
  });
}
