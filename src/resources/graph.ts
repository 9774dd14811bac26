import { HvError } from '../errors';
import type { Resource } from './resource';

/** The resources of a machine, and what must be there before what. */
export class Graph {
  readonly #resources: ReadonlyMap<string, Resource>;
  readonly #children = new Map<string, string[]>();

  constructor(resources: readonly Resource[]) {
    this.#resources = new Map(resources.map((resource) => [resource.id, resource]));
    if (this.#resources.size < resources.length) throw wrong('two resources have the same id');
    for (const { id, parents } of resources) {
      for (const parent of parents) {
        if (!this.#resources.has(parent)) throw wrong(`${id} needs ${parent}, which is none of the resources`);
        this.#children.set(parent, [...this.childrenOf(parent), id]);
      }
    }
    for (const { id } of resources) {
      if (this.ancestorsOf(id).has(id)) throw wrong(`${id} needs itself`);
    }
  }

  /** In the order in which they were given. */
  get resources(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  get(id: string): Resource | undefined {
    return this.#resources.get(id);
  }

  parentsOf(id: string): readonly string[] {
    return this.#resources.get(id)?.parents ?? [];
  }

  childrenOf(id: string): readonly string[] {
    return this.#children.get(id) ?? [];
  }

  /** Its parents, and theirs. */
  ancestorsOf(id: string): ReadonlySet<string> {
    const found = new Set<string>();
    const visit = (child: string) => {
      for (const parent of this.parentsOf(child)) {
        if (found.has(parent)) continue;
        found.add(parent);
        visit(parent);
      }
    };
    visit(id);
    return found;
  }
}

function wrong(why: string): HvError {
  return new HvError({ code: 'ERR_RESOURCE_GRAPH', message: `The driver describes its resources wrongly: ${why}` });
}
