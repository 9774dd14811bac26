import { deleteAll, repairAll } from '../../../src/resources/engine';
import { Graph } from '../../../src/resources/graph';
import type { Entry, Journal, Resource, Step } from '../../../src/resources/resource';

class Notes implements Journal {
  readonly #entries = new Map<string, Entry>();

  constructor(ids: readonly string[]) {
    for (const id of ids) this.#entries.set(id, { kind: id, state: 'ready', properties: {} });
  }
  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }
  entries(): ReadonlyMap<string, Entry> {
    return this.#entries;
  }
  set(id: string, entry: Entry): Promise<void> {
    this.#entries.set(id, entry);
    return Promise.resolve();
  }
  remove(id: string): Promise<void> {
    this.#entries.delete(id);
    return Promise.resolve();
  }
}

function resource(id: string, parents: string[], does: Partial<Pick<Resource, 'create' | 'delete'>>): Resource {
  const nothing = () => Promise.resolve();
  return { id, kind: id, parents, create: () => Promise.resolve({}), read: nothing as never, delete: nothing, ...does };
}

/** Is interrupted while it is at it, and ends because of that. */
function interruptedBy(stop: AbortController): (step: Step) => Promise<never> {
  return ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
      setImmediate(() => {
        stop.abort();
      });
    });
}

test('a repair that is interrupted ends when what had begun has ended', async () => {
  const stop = new AbortController();
  const done: string[] = [];
  const graph = new Graph([
    resource('slow', [], {
      create: async () => {
        await new Promise(setImmediate);
        await new Promise(setImmediate);
        done.push('slow');
        return {};
      },
    }),
    resource('quick', [], {
      create: () => {
        stop.abort();
        return Promise.resolve({});
      },
    }),
    resource('after', ['quick'], {}),
  ]);
  const repaired = repairAll(graph, new Notes(['slow', 'quick', 'after']), { signal: stop.signal });
  await expect(repaired).rejects.toMatchObject({ name: 'AbortError' });
  expect(done).toEqual(['slow']);
});

test('a deletion that is interrupted in a step says no more than that', async () => {
  const stop = new AbortController();
  const graph = new Graph([resource('slow', [], { delete: interruptedBy(stop) })]);
  const deleted = deleteAll(graph, new Notes(['slow']), { signal: stop.signal });
  await expect(deleted).rejects.toMatchObject({ name: 'AbortError' });
  await expect(deleted).rejects.toBe(stop.signal.reason);
});

test('what fails beside an interruption is told, and it is an interruption all the same', async () => {
  const stop = new AbortController();
  const graph = new Graph([
    resource('broken', [], { delete: () => Promise.reject(new Error('no')) }),
    resource('slow', [], { delete: interruptedBy(stop) }),
  ]);
  const deleted = deleteAll(graph, new Notes(['broken', 'slow']), { signal: stop.signal });
  await expect(deleted).rejects.toMatchObject({
    code: 'ABORT_ERR',
    message: expect.stringContaining('The broken could not be deleted: no') as string,
  });
});
