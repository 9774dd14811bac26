import { readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { isErrno, namesIn, textOf } from '../../files';
import { findProgram, isAlive, type ProcessIdentity } from '../../native/hyperkit';
import { NetworkXMLFlags, type Connection } from '../../native/libvirt';
import type { Home } from '../driver';
import { ifThere } from './absent';
import { isBridge, LINKS } from './bridge';
import { isRoot } from './choose';
import { deleteBridge, endServer } from './forgotten-removal';
import { bridgeName, prefixOf } from './names';
import { ATTEMPTS } from './network-start';
import { NetworkDescription } from './network-xml';
import { asRoot } from './packages';
import type { Stray } from './strays';
import { socketOf, type Target } from './target';
import { parseXml } from './xml';

const BRIDGE = /^hvk[0-9a-f]{10}$/;
/** Where libvirt writes what a DHCP server is to do, and where that writes who it is. */
const CONFIGURATIONS = '/var/lib/libvirt/dnsmasq';
const PID_FILES = '/run/libvirt/network';

interface Bridge {
  name: string;
  network: string;
}

interface Server {
  network: string;
  identity: ProcessIdentity;
  /** What runs its scripts, and ends with it. */
  children: ProcessIdentity[];
}

/**
 * What a libvirtd that is killed in the moment in which it starts a network knows nothing of when it is back: the bridge that
 * it had made, and the DHCP server that it had started. `networks`: those that machines of this home are in.
 */
export async function forgottenBy(
  connection: Connection,
  target: Target,
  { home, networks }: { home: Home; networks: readonly string[] },
): Promise<Stray[]> {
  // There may be more daemons than the host's own, each with networks that the others do not know of.
  if (target.kind !== 'system' || socketOf(target.uri) !== undefined) return [];
  const look = (on: Connection) => lookFor(on, home, networks);
  const { bridges, servers } = await look(connection);
  return [
    ...servers.map(({ network, identity, children }): Stray => ({
      kind: 'DHCP server',
      name: `DHCP server ${identity.pid} of the network ${network}`,
      isClaimed: () => false,
      lock: network,
      ...byRoot(`kill ${identity.pid}`),
      remove: async (writer) => {
        const still = (await look(writer)).servers;
        if (still.some((each) => isSame(each.identity, identity))) await endServer([identity, ...children]);
      },
    })),
    ...bridges.map(({ name, network }): Stray => ({
      kind: 'bridge',
      name: `bridge ${name}`,
      isClaimed: () => false,
      lock: network,
      ...byRoot(`ip link delete ${name}`),
      remove: async (writer) => {
        if ((await look(writer)).bridges.some((each) => each.name === name)) await deleteBridge(name);
      },
    })),
  ];
}

async function lookFor(
  connection: Connection,
  home: Home,
  networks: readonly string[],
): Promise<{ bridges: Bridge[]; servers: Server[] }> {
  // Before libvirt is asked. It knows of a network before it makes anything of it, and while it starts one it does not answer.
  const links = (await namesIn(LINKS)).filter((name) => BRIDGE.test(name));
  const servers = await serversOf(home);
  if (links.length === 0 && servers.length === 0) return { bridges: [], servers: [] };
  const known = await networksOn(connection);
  const names = new Set([prefixOf(home), ...networks, ...servers.map(({ network }) => network)]);
  for (const name of known.names) if (isOf(home, name)) names.add(name);

  const ours = [...names].flatMap((network) =>
    Array.from({ length: ATTEMPTS }, (_, attempt) => ({ name: bridgeName(network, attempt), network })),
  );
  const bridges = ours.filter(({ name }) => links.includes(name) && !known.bridges.has(name) && isBridge(name));
  const forgotten: Server[] = [];
  for (const server of servers) {
    const isKnown = known.active.has(server.network) && (await isLibvirts(server));
    // One that has ended meanwhile was a network's that has.
    if (!isKnown && (await isAlive(server.identity))) forgotten.push(server);
  }
  return { bridges, servers: forgotten };
}

async function networksOn(
  connection: Connection,
): Promise<{ names: string[]; active: Set<string>; bridges: Set<string> }> {
  const networks = await connection.listAllNetworks();
  const active = new Set<string>();
  const bridges = new Set<string>();
  for (const network of networks) {
    const texts = [await ifThere(network.xml()), await ifThere(network.xml(NetworkXMLFlags.INACTIVE))];
    for (const text of texts) if (text !== undefined) bridges.add(new NetworkDescription(parseXml(text)).bridge);
    if ((await ifThere(network.isActive())) === true) active.add(network.name);
  }
  return { names: networks.map(({ name }) => name), active, bridges };
}

/** The DHCP servers of this home's networks, whoever started them. */
async function serversOf(home: Home): Promise<Server[]> {
  const found: { network: string; identity: ProcessIdentity; parent: number }[] = [];
  for (const pid of (await namesIn('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [program = '', argument = ''] = ((await ofProcess(pid, 'cmdline')) ?? '').split('\0');
    const network = basename(argument, '.conf');
    if (basename(program) !== 'dnsmasq' || argument !== argumentOf(network) || !isOf(home, network)) continue;
    const identity = await findProgram(Number(pid), [program, argument]);
    if (!identity || !isDnsmasq(identity) || !(await isHere(pid))) continue;
    found.push({ network, identity, parent: parentIn((await ofProcess(pid, 'stat')) ?? '') });
  }
  const isChildOf = (parent: number) => (each: { parent: number }) => each.parent === parent;
  return found
    .filter(({ parent }) => !found.some(({ identity }) => identity.pid === parent))
    .map(({ network, identity }) => ({
      network,
      identity,
      children: found.filter(isChildOf(identity.pid)).map((child) => child.identity),
    }));
}

function argumentOf(network: string): string {
  return `--conf-file=${join(CONFIGURATIONS, network)}.conf`;
}

/** What it calls itself is anybody's choice. Who may not look has nothing else to go by, and may not end it either. */
function isDnsmasq({ executable }: ProcessIdentity): boolean {
  return executable === undefined || basename(executable) === 'dnsmasq';
}

/** A container's are among this host's processes, and serve another network. */
async function isHere(pid: string): Promise<boolean> {
  const theirs = await ifAllowed(readlink(join('/proc', pid, 'ns/net')));
  return theirs === undefined || theirs === (await readlink('/proc/self/ns/net'));
}

/** The one that libvirt has for a network that it knows to run, as far as this user may see that. */
async function isLibvirts({ network, identity }: Server): Promise<boolean> {
  const pid = await ifAllowed(textOf(join(PID_FILES, `${network}.pid`)));
  return pid === undefined || Number(pid) === identity.pid;
}

function isOf(home: Home, network: string): boolean {
  const prefix = prefixOf(home);
  return network === prefix || network.startsWith(`${prefix}-`);
}

/** Who is not root is told the command, for another who is. */
function byRoot(command: string): Pick<Stray, 'fix'> {
  return isRoot() ? {} : { fix: asRoot(command) };
}

function isSame(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.start === other.start;
}

/** Behind the program's name, which may hold anything. */
function parentIn(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** undefined: it has ended, or is not for this user to see. */
async function ofProcess(pid: string, file: 'cmdline' | 'stat'): Promise<string | undefined> {
  return ifAllowed(readFile(join('/proc', pid, file), 'utf8'));
}

async function ifAllowed<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return undefined;
    throw error;
  }
}
