import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import type { Connection, Network, NetworkDHCPLease } from '../../native/libvirt';
import { releaseLease, sendRelease } from '../../net/dhcp-release';
import { sameMac } from '../../net/mac';
import type { DriverContext, Home, Lease } from '../driver';
import { ifThere } from './absent';
import { claimsOf, type Claims } from './claims';
import type { Connections } from './connections';
import { readMark } from './mark';
import { prefixOf } from './names';
import { describe } from './networks';
import { SYSTEM } from './choose';
import { isUnanswered } from './daemon';
import { daemonOf } from './target';
import { parseXml } from './xml';

/** Gives leases back to the network's DHCP server, and waits until its table shows that they are gone. */
export async function releaseLeases(
  network: Network,
  leases: readonly NetworkDHCPLease[],
  signal: AbortSignal,
): Promise<void> {
  const { gateway } = await describe(network);
  for (const { address, mac, clientId } of leases) {
    if (mac === null || gateway === undefined) continue;
    await releaseLease(
      { address, mac, clientId: clientId ?? undefined },
      {
        server: gateway,
        signal,
        stillThere: async () => (await network.dhcpLeases(mac)).some((lease) => lease.address === address),
      },
    );
  }
}

/** The server tells libvirt of a lease some time after the guest has it: through another program, one lease after the other. */
const TABLE_IS_LATE = 300;

/** Gives back what a machine that is off by now has leased: also what the table does not show yet. */
export async function releaseAllOf(
  network: Network,
  { mac, reserved }: { mac: string; reserved: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const shown = await network.dhcpLeases(mac);
  if (shown.length > 0) {
    await releaseLeases(network, shown, signal);
    return;
  }
  const { gateway } = await describe(network);
  if (gateway === undefined) return;
  // By the identifier that most guests have, and those that hvkit configures.
  if (reserved !== undefined) await sendRelease({ address: reserved, mac, clientId: `01:${mac}` }, gateway);
  await delay(TABLE_IS_LATE, undefined, { signal });
  await releaseLeases(network, await network.dhcpLeases(mac), signal);
}

/** The leases of this home's networks. They are in the system's libvirt: others have no networks, or are on other hosts. */
export async function leasesOfHome(connections: Connections, { home }: DriverContext): Promise<Lease[]> {
  const claims = await claimsOf(home, []);
  const look = () =>
    connections.read(SYSTEM, async (connection) => {
      const networks = await activeNetworks(connection, home);
      const tables = await Promise.all(
        networks.map(async (network) => {
          const leases = await network.dhcpLeases();
          return leases.map((lease) => leaseOf(network.name, lease, claims));
        }),
      );
      return tables.flat();
    });
  try {
    return await look();
  } catch (error) {
    // Without a daemon there is no network of its either; with machines there must be one.
    if (isUnanswered(error) && !claims.some(({ daemon }) => daemon === daemonOf(SYSTEM.uri))) return [];
    throw error;
  }
}

/** Gives one address back. Only in a network of this home's, and only what its table shows now. */
export async function releaseOne(lease: Lease, connections: Connections, { home }: DriverContext): Promise<void> {
  const connection = await connections.writer(SYSTEM);
  const network = (await activeNetworks(connection, home)).find(({ name }) => name === lease.network);
  if (!network) {
    throw new HvError({
      code: 'ERR_KVM_NETWORK',
      message: `libvirt has no started network ${lease.network} that this hvkit home made: its leases are left alone`,
      hint: 'hvkit leases ls',
    });
  }
  const table = await network.dhcpLeases();
  const same = table.filter(({ address, mac }) => address === lease.address && mac !== null && sameMac(mac, lease.mac));
  await releaseLeases(network, same, new AbortController().signal);
}

async function activeNetworks(connection: Connection, home: Home): Promise<Network[]> {
  const networks = (await connection.listAllNetworks()).filter(({ name }) => name.startsWith(prefixOf(home)));
  const ours = await Promise.all(
    networks.map(async (network) => {
      const xml = await ifThere(network.xml());
      const isOurs = xml !== undefined && readMark(parseXml(xml))?.home === home.id;
      return isOurs && (await network.isActive()) ? [network] : [];
    }),
  );
  return ours.flat();
}

function leaseOf(network: string, lease: NetworkDHCPLease, claims: Claims): Lease {
  const { address, mac, clientId, hostname, expiryTime } = lease;
  const machine = claims.claims.find((claim) => mac !== null && claim.mac !== undefined && sameMac(claim.mac, mac));
  return {
    network,
    address,
    mac: mac ?? '',
    expires: Number(expiryTime),
    ...(clientId === null ? {} : { clientId }),
    ...(hostname === null ? {} : { hostname }),
    ...(machine ? { machine: machine.name } : {}),
  };
}
