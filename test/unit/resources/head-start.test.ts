import { createAll, type HeadStart } from '../../../src/resources/engine';
import { Graph } from '../../../src/resources/graph';
import type { Entry, Journal, Resource } from '../../../src/resources/resource';

/** Keeps nothing: what is recorded of a head start is nothing either. */
const journal: Journal = {
  get: () => undefined,
  entries: () => new Map<string, Entry>(),
  set: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

function resource(id: string, parents: string[], create: Resource['create']): Resource {
  return { id, kind: id, parents, create, read: () => Promise.resolve({}), delete: () => Promise.resolve() };
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test('a head start goes on beside what it can do without, once all else is made', async () => {
  const [address, started] = [gate(), gate()];
  const said: string[] = [];
  const graph = new Graph([
    resource('domain', [], () => {
      said.push('domain');
      return Promise.resolve({});
    }),
    resource('address', ['domain'], async () => {
      await started.opened;
      said.push('address');
      address.open();
      return {};
    }),
    resource('name', ['address'], () => {
      said.push('name');
      return Promise.resolve({});
    }),
  ]);
  const headStart: HeadStart = {
    without: ['address'],
    begin: async () => {
      said.push('begun');
      started.open();
      await address.opened;
    },
  };
  await createAll(graph, journal, { headStart });
  expect(said).toEqual(['domain', 'begun', 'address', 'name']);
});

test('one that fails is a failure like another, and ends the rest', async () => {
  const begun = gate();
  const ended: unknown[] = [];
  const graph = new Graph([
    resource('domain', [], () => Promise.resolve({})),
    resource('address', ['domain'], ({ signal }) => {
      begun.open();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(signal.reason);
          reject(signal.reason as Error);
        });
      });
    }),
  ]);
  const begin = async () => {
    await begun.opened;
    throw new Error('no room');
  };
  await expect(createAll(graph, journal, { headStart: { without: ['address'], begin } })).rejects.toMatchObject({
    code: 'ERR_RESOURCE',
    message: 'The machine could not be started: no room',
  });
  expect(ended).toHaveLength(1);
});

test('nor does it begin where what it needs could not be made', async () => {
  const begin = jest.fn(() => Promise.resolve());
  const graph = new Graph([
    resource('domain', [], () => Promise.reject(new Error('refused'))),
    resource('address', [], () => Promise.resolve({})),
  ]);
  const creating = createAll(graph, journal, { headStart: { without: ['address'], begin } });
  await expect(creating).rejects.toMatchObject({ message: 'The domain could not be made: refused' });
  expect(begin).not.toHaveBeenCalled();
});
