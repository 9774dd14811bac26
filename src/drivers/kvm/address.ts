import { IPAddrType, type Connection, type NetworkDHCPLease } from '../../native/libvirt';
import type { Address, DriverContext } from '../driver';
import { ifThere } from './absent';
import { recordedForwards, SSH_PORT } from './forwards';
import type { Scene } from './scene';
import { USER_GUEST } from './user-network';

/** The id of what is reserved for a machine. */
export const ADDRESS = 'address';

/** Where the guest's ssh server is. */
export async function addressOf(scene: Scene): Promise<Address | undefined> {
  const { network } = scene.plan;
  switch (network.mode) {
    case 'user':
      return userAddress(scene);
    case 'nat':
      return natAddress(scene, network.name);
    case 'network':
      return guestAddress((await leasedAddress(scene, network.name)) ?? (await seen(scene)));
    case 'bridge':
      return guestAddress(await seen(scene));
  }
}

function userAddress(scene: Scene): Address | undefined {
  const [ssh, ...ports] = recordedForwards(scene);
  return ssh && { host: '127.0.0.1', sshPort: ssh.host, guest: USER_GUEST, ports };
}

function guestAddress(address: string | undefined): Address | undefined {
  return address === undefined ? undefined : { host: address, sshPort: SSH_PORT, guest: address };
}

/** The reserved one, unless the guest really has another. */
async function natAddress(scene: Scene, network: string): Promise<Address | undefined> {
  const reserved = reservedAddress(scene);
  const leased = await leasedAddress(scene, network);
  const address = guestAddress(leased ?? reserved);
  if (leased === undefined) return address && { ...address, isPending: true };
  if (leased === reserved) return address;
  const { context, machine } = scene;
  warnOnce(context, `${machine.name} was given ${leased}, although ${reserved ?? 'nothing'} is reserved for it`);
  return address;
}

const WARNED = new WeakMap<DriverContext, Set<string>>();

/** An address is asked for again and again, while the machine starts. */
function warnOnce(context: DriverContext, message: string): void {
  const warned = WARNED.get(context) ?? new Set();
  WARNED.set(context, warned);
  if (warned.has(message)) return;
  warned.add(message);
  context.warn(message);
}

export function reservedAddress({ machine }: Scene): string | undefined {
  const { address } = machine.recorded(ADDRESS) ?? {};
  return typeof address === 'string' ? address : undefined;
}

async function leasedAddress(scene: Scene, network: string): Promise<string | undefined> {
  return scene.read(async (connection) => newest(await leasesOf(connection, network, scene.plan.mac))?.address);
}

/** The leases of a MAC; none as well where there is no such network, or it is not started. */
export async function leasesOf(connection: Connection, name: string, mac: string): Promise<NetworkDHCPLease[]> {
  const network = await ifThere(connection.lookupNetworkByName(name));
  return network && (await network.isActive()) ? network.dhcpLeases(mac) : [];
}

function newest(leases: readonly NetworkDHCPLease[]): NetworkDHCPLease | undefined {
  // 0 is never: later than all others.
  const until = ({ expiryTime }: NetworkDHCPLease): number => (expiryTime === 0n ? Infinity : Number(expiryTime));
  return leases.filter(({ type }) => type === IPAddrType.IPV4).sort((one, other) => until(other) - until(one))[0];
}

/** Late, since most machines have an address that is reserved. */
function seen(scene: Scene): Promise<string | undefined> {
  return (require('./seen-address') as typeof import('./seen-address')).seenAddress(scene);
}
