import { DomainStatsTypes } from '../../native/libvirt';
import type { DriverMachine, StateReading } from '../driver';
import type { Connections } from './connections';
import { noDomain } from './find';
import { planOf, type KvmPlan } from './plan';
import { stateOf } from './states';
import type { Target } from './target';

interface Planned {
  uuid: string;
  plan: KvmPlan;
}

/** The states of all machines: one request for each connection. */
export async function statesOf(
  machines: readonly DriverMachine[],
  connections: Connections,
): Promise<Map<string, StateReading>> {
  const readings = new Map<string, StateReading>();
  const targets = new Map<string, Planned[]>();
  for (const machine of machines) {
    try {
      const plan = planOf(machine);
      const { uri } = plan.target;
      targets.set(uri, [...(targets.get(uri) ?? []), { uuid: machine.uuid, plan }]);
    } catch (error) {
      readings.set(machine.uuid, { error });
    }
  }
  const read = async (group: readonly Planned[]): Promise<void> => {
    for (const [uuid, reading] of await readGroup(group, connections)) readings.set(uuid, reading);
  };
  const groups = [...targets.values()];
  const isEmbedded = (group: readonly Planned[]): boolean => group[0]?.plan.target.kind === 'embed';
  await Promise.all(groups.filter((group) => !isEmbedded(group)).map(read));
  // At last: once it is open, this process can open no other.
  await Promise.all(groups.filter(isEmbedded).map(read));
  return readings;
}

async function readGroup(group: readonly Planned[], connections: Connections): Promise<[string, StateReading][]> {
  const target = group[0]?.plan.target;
  if (!target) return [];
  try {
    const seen = await statesAt(target, connections);
    return group.map(({ uuid, plan }) => [uuid, seen.get(uuid) ?? { error: noDomain(plan.domain, target.uri) }]);
  } catch (error) {
    return group.map(({ uuid }) => [uuid, { error }]);
  }
}

function statesAt(target: Target, connections: Connections): Promise<Map<string, StateReading>> {
  return connections.read(target, async (connection) => {
    const stats = await connection.allDomainStats(DomainStatsTypes.STATE);
    return new Map(
      stats.map(({ domain, stats: values }) => [
        domain.uuid,
        stateOf(Number(values['state.state']), Number(values['state.reason'])),
      ]),
    );
  });
}
