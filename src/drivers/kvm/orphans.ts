import { DomainXMLFlags, type Domain } from '../../native/libvirt';
import type { DriverContext, DriverMachine, Orphan } from '../driver';
import type { Connections } from './connections';
import { readMark } from './mark';
import { prefixOf } from './names';
import { planOf } from './plan';
import { stopNow, undefine } from './resources/domain';
import type { Target } from './target';
import { parseXml } from './xml';

/** What bears this home's mark and belongs to none of these machines, wherever they are. */
export async function orphansOf(
  machines: readonly DriverMachine[],
  connections: Connections,
  context: DriverContext,
): Promise<Orphan[]> {
  const targets = new Map(machines.map((machine) => planOf(machine).target).map((target) => [target.uri, target]));
  const found = await Promise.all(
    [...targets.values()].map((target) => orphansAt(target, machines, connections, context)),
  );
  return found.flat();
}

async function orphansAt(
  target: Target,
  machines: readonly DriverMachine[],
  connections: Connections,
  { home }: DriverContext,
): Promise<Orphan[]> {
  const known = new Set(machines.map(({ uuid }) => uuid));
  return connections.read(target, async (connection) => {
    const orphans: Orphan[] = [];
    for (const domain of await connection.listAllDomains()) {
      if (known.has(domain.uuid) || !domain.name.startsWith(prefixOf(home))) continue;
      const mark = readMark(parseXml(await domain.xml(DomainXMLFlags.INACTIVE)));
      if (mark?.home !== home.id) continue;
      orphans.push({
        kind: 'domain',
        name: `domain ${domain.name} on ${target.uri}`,
        delete: async () => {
          const writer = await connections.writer(target);
          await remove(await writer.lookupDomainByUuid(domain.uuid));
        },
      });
    }
    return orphans;
  });
}

async function remove(domain: Domain): Promise<void> {
  await stopNow(domain);
  await undefine(domain);
}
