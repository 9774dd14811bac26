import { HvError } from '../../errors';
import { LibvirtError } from '../../native/libvirt';
import type { DriverContext, DriverMachine, Orphan } from '../driver';
import { claimsOf, unclaimed } from './claims';
import type { Connections } from './connections';
import { orphanFolders } from './orphan-folders';
import { domainsOf, networksOf, poolsOf, type Stray } from './strays';
import { placesOf, type Place } from './places';
import { planOf } from './plan';
import { daemonOf } from './target';

/** What bears this home's mark and belongs to no machine: in the order in which it can be deleted. */
export async function orphansOf(
  machines: readonly DriverMachine[],
  connections: Connections,
  context: DriverContext,
): Promise<Orphan[]> {
  const targets = machines.map((machine) => planOf(machine).target);
  const places = placesOf(targets, await claimsOf(context.home, machines), context);
  const found: Orphan[] = [];
  for (const place of places) found.push(...(await orphansAt(place, machines, connections, context)));
  return [...found, ...(await orphanFolders(machines, context))];
}

async function orphansAt(
  { target, known }: Place,
  machines: readonly DriverMachine[],
  connections: Connections,
  context: DriverContext,
): Promise<Orphan[]> {
  const { home } = context;
  const { uri } = target;
  const daemon = daemonOf(uri);
  const look = () =>
    connections.read(target, async (connection): Promise<Stray[]> => {
      const domains = await domainsOf(connection, target, home);
      // An embedded libvirt and a session's have no more.
      if (target.kind !== 'system' && target.kind !== 'remote') return domains;
      return [
        ...domains,
        ...(await networksOf(connection, daemon, home)),
        ...(await poolsOf(connection, daemon, home)),
      ];
    });
  const strays = await (known ? look() : ifReached(look));
  // Read after looking: a machine that was begun meanwhile has its file before it has anything else.
  const claims = await claimsOf(home, machines);
  return strays
    .filter((stray) => !stray.isClaimed(claims))
    .map(({ kind, name, remove, ...stray }) => ({
      kind,
      name: `${name} on ${uri}`,
      delete: () => unclaimed(home, { name, ...stray }, async () => remove(await connections.writer(target))),
    }));
}

const CLOSED_TO_US = ['ERR_LIBVIRT_DAEMON', 'ERR_KVM_EMBED_ONLY'];

/** Where nothing of ours is known to be, one that lets nobody in has nothing to tell. */
async function ifReached(look: () => Promise<Stray[]>): Promise<Stray[]> {
  try {
    return await look();
  } catch (error) {
    if (LibvirtError.is(error) || (HvError.is(error) && CLOSED_TO_US.includes(error.code))) return [];
    throw error;
  }
}
