import { HvError } from '../errors';
import type { Graph } from './graph';
import type { Entry, Journal, Properties, Resource, Step } from './resource';

export interface StepProgress {
  id: string;
  kind: string;
  verb: Verb;
  /** The resource's own words; without them the step begins. */
  message?: string;
  fraction?: number | undefined;
}

export interface StepOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: StepProgress) => void) | undefined;
}

type Verb = 'create' | 'update' | 'delete';

/** One machine's resources and the record of them: what a step is taken in. */
export class Steps {
  readonly #graph: Graph;
  readonly #journal: Journal;
  readonly #options: StepOptions;

  constructor(graph: Graph, journal: Journal, options: StepOptions) {
    this.#graph = graph;
    this.#journal = journal;
    this.#options = options;
  }

  async create(resource: Resource): Promise<void> {
    const { id, kind } = resource;
    const step = this.#begin(resource, 'create');
    await this.#journal.set(id, { kind, state: 'creating', properties: this.#journal.get(id)?.properties ?? {} });
    const properties = await resource.create(step);
    await this.#journal.set(id, { kind, state: 'ready', properties });
  }

  /** Brings what is there to what is wanted. */
  async update(resource: Resource): Promise<void> {
    const { id, kind } = resource;
    if (!resource.update) {
      throw new HvError({
        code: 'ERR_CANNOT_UPDATE',
        message: `The ${kind} is not as recorded, and cannot be changed in place`,
        hint: 'Remove the machine and create it again.',
      });
    }
    const properties = await resource.update(this.#begin(resource, 'update'));
    await this.#journal.set(id, { kind, state: 'ready', properties });
  }

  /** Without an entry there is nothing: it stands before anything is made. */
  async delete(resource: Resource): Promise<void> {
    const { id } = resource;
    const entry = this.#journal.get(id);
    if (!entry) return;
    const step = this.#begin(resource, 'delete');
    await this.#journal.set(id, { ...entry, state: 'deleting' });
    await resource.delete(step);
    await this.#journal.remove(id);
  }

  read(resource: Resource): Promise<Properties | undefined> {
    return resource.read(this.#stepOf(resource, () => undefined));
  }

  #begin(resource: Resource, verb: Verb): Step {
    const { id, kind } = resource;
    const { onProgress } = this.#options;
    onProgress?.({ id, kind, verb });
    return this.#stepOf(resource, (message, fraction) => onProgress?.({ id, kind, verb, message, fraction }));
  }

  #stepOf({ id, kind }: Resource, progress: Step['progress']): Step {
    const visible = new Set([id, ...this.#graph.ancestorsOf(id)]);
    return {
      signal: this.#options.signal ?? new AbortController().signal,
      recorded: (other) => {
        if (visible.has(other)) return this.#journal.get(other)?.properties;
        throw new HvError({
          code: 'ERR_RESOURCE_GRAPH',
          message: `The driver describes its resources wrongly: ${id} asks for ${other}, which is not among its parents`,
        });
      },
      note: (properties) => {
        const entry: Entry = this.#journal.get(id) ?? { kind, state: 'creating', properties: {} };
        return this.#journal.set(id, { ...entry, properties: { ...entry.properties, ...properties } });
      },
      progress,
    };
  }
}
