import { HvError } from '../../errors';
import { LibvirtError } from '../../native/libvirt';
import type { DriverContext, DriverMachine, Orphan } from '../driver';
import { claimsOf, unclaimed, type Claims } from './claims';
import type { Connections } from './connections';
import { forgottenBy } from './forgotten';
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
  const claims = await claimsOf(context.home, machines);
  const found: Orphan[] = [];
  for (const place of placesOf(targets, claims, context)) {
    found.push(...(await orphansAt(place, machines, claims, { connections, context })));
  }
  return [...found, ...(await orphanFolders(machines, context))];
}

async function orphansAt(
  { target, known }: Place,
  machines: readonly DriverMachine[],
  before: Claims,
  { connections, context }: { connections: Connections; context: DriverContext },
): Promise<Orphan[]> {
  const { home } = context;
  const networks = before.claims.flatMap(({ network }) => network ?? []);
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
        ...(await forgottenBy(connection, target, { home, networks })),
      ];
    });
  const strays = await (known ? look() : ifReached(look));
  // Read after looking: a machine that was begun meanwhile has its file before it has anything else.
  const claims = await claimsOf(home, machines);
  return strays
    .filter((stray) => !stray.isClaimed(claims))
    .map(({ kind, name, fix, remove, ...stray }) => ({
      kind,
      name: `${name} on ${uri}`,
      ...(fix !== undefined && { fix }),
      delete: async () => {
        if (fix !== undefined) throw rootsOnly(name, fix);
        await unclaimed(home, { name, ...stray }, async () => remove(await connections.writer(target)));
      },
    }));
}

function rootsOnly(name: string, fix: string): HvError {
  return new HvError({ code: 'ERR_NEEDS_ROOT', message: `Only root can take away the ${name}`, hint: fix });
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
