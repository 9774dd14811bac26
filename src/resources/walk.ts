import type { Graph } from './graph';
import type { Resource } from './resource';

export type Direction = 'parents first' | 'children first';

/**
 * Visits every resource once those before it were visited; what does not depend on each other, side by side. A visit says
 * whether it succeeded: what comes after one that did not is left out, all else goes on.
 */
export async function walk(
  graph: Graph,
  direction: Direction,
  visit: (resource: Resource) => Promise<boolean>,
): Promise<void> {
  const turns = new Map<string, Promise<boolean>>();
  const before = (id: string) => (direction === 'parents first' ? graph.parentsOf(id) : graph.childrenOf(id));

  const turnOf = (id: string): Promise<boolean> => {
    const known = turns.get(id);
    if (known) return known;
    const turn = take(id);
    turns.set(id, turn);
    return turn;
  };
  const take = async (id: string): Promise<boolean> => {
    const earlier = await Promise.all(before(id).map(turnOf));
    const resource = graph.get(id);
    return earlier.every(Boolean) && resource !== undefined && visit(resource);
  };

  await Promise.all(graph.resources.map(({ id }) => turnOf(id)));
}
