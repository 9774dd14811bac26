import { existsSync, rmSync } from 'node:fs';

import type { Driver, DriverDefinition } from '../../../src/driver';
import { HvError } from '../../../src/errors';
import { Hvkit } from '../../../src/machines/hvkit';
import { lifecycleSuite, type LifecycleSuite } from '../../../src/testing';
import { fileDriver } from '../../support/file-driver';
import { runningHome, type TestHome } from '../../support/home';

/** The file driver, with something of it done otherwise. */
function otherwise(change: (driver: Driver) => Partial<Driver>): DriverDefinition {
  return {
    ...fileDriver,
    create: (context) => {
      const driver = fileDriver.create(context);
      const changed = change(driver);
      return new Proxy(driver, {
        get: (target, name) => {
          const member: unknown = Reflect.get(name in changed ? changed : target, name);
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        },
      });
    },
  };
}

/** What the suite says of a driver; undefined: that all is well. */
async function verdictOn(
  definition: DriverDefinition,
  expectation: string,
  home: TestHome,
  more: Pick<LifecycleSuite, 'without'> = {},
): Promise<string | undefined> {
  const tests = new Map<string, () => Promise<void>>();
  lifecycleSuite({
    definition,
    run: { test: (name, body) => tests.set(name, body), after: () => undefined },
    request: { image: home.image, options: { guest: 'silent' } },
    home: home.path,
    remains: () => [...home.remains, ...home.processes],
    ...more,
  });
  const body = tests.get(`file: ${expectation}`);
  if (!body) throw new Error(`There is none of ${[...tests.keys()].join('\n')}`);
  return body().then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}

const TWICE = 'what a resource makes is kept when it is made again, and gone when it is deleted again';
const LOST = 'a machine whose file is lost is found by its mark, and taken away';

test.each<[string, string, RegExp, (driver: Driver) => Partial<Driver>]>([
  [
    'makes another one each time',
    TWICE,
    /is another one when it is made again/,
    (driver) => {
      let count = 0;
      return {
        resources: (machine) =>
          driver.resources(machine).map((each) => ({
            ...plain(each),
            create: async (step) => ({ ...(await each.create(step)), count: (count += 1) }),
          })),
      };
    },
  ],
  [
    'finds it otherwise than it made it',
    TWICE,
    /is not found as it was made/,
    (driver) => ({
      resources: (machine) =>
        driver.resources(machine).map((each) => ({
          ...plain(each),
          read: async (step) => {
            const found = await each.read(step);
            return found && { ...found, more: true };
          },
        })),
    }),
  ],
  [
    'leaves what it deletes',
    TWICE,
    /is there after it was deleted/,
    (driver) => ({
      resources: (machine) =>
        driver.resources(machine).map((each) => ({ ...plain(each), delete: () => Promise.resolve() })),
    }),
  ],
  [
    'fails for what is deleted already',
    TWICE,
    /deleted/,
    (driver) => ({
      resources: (machine) =>
        driver.resources(machine).map((each) => ({
          ...plain(each),
          delete: async (step) => {
            if (!(await each.read(step))) throw new Error(`the ${each.kind} is not there`);
            await each.delete(step);
          },
        })),
    }),
  ],
  ['finds no orphans', LOST, /finds nothing of it/, () => ({ orphans: () => Promise.resolve([]) })],
  [
    'throws for one that is not there',
    'the state of one that is not there is an error, which spoils no other',
    /not there/,
    (driver) => ({
      states: async (machines) => {
        const states = await driver.states(machines);
        for (const reading of states.values()) if ('error' in reading) throw new Error('it is not there');
        return states;
      },
    }),
  ],
  [
    'does not stop',
    'stopped and started again, it answers at the same address',
    /'Running'/,
    () => ({ stop: () => Promise.resolve() }),
  ],
  [
    'has no call for what it says it can',
    'it has the calls that its abilities need',
    /pause/,
    () => ({ resume: undefined as never }),
  ],
])('a driver that %s does not pass', async (_, expectation, why, change) => {
  await using home = runningHome();
  expect(await verdictOn(fileDriver, expectation, home)).toBeUndefined();
  await using other = runningHome();
  expect(await verdictOn(otherwise(change), expectation, other)).toMatch(why);
});

const PUBLISHED = 'a port that is to be published is refused, before anything is made';

test.each<[string, (refusal: HvError) => Partial<Driver>, RegExp | undefined]>([
  ['beforehand', (refusal) => ({ plan: () => Promise.reject(refusal) }), undefined],
  ['when it is about to start', (refusal) => ({ start: () => Promise.reject(refusal) }), /something was made already/],
])('what a driver refuses %s is looked at for whether it comes in time', async (_, change, why) => {
  await using home = runningHome();
  const refusal = new HvError({ code: 'ERR_PRECREATE', message: 'There are no ports to publish' });
  const { capabilities, ...rest } = otherwise(() => change(refusal));
  const definition = { ...rest, capabilities: { ...capabilities, publish: true } };
  const verdict = await verdictOn(definition, PUBLISHED, home, { without: ['publish'] });
  if (why) expect(verdict).toMatch(why);
  else expect(verdict).toBeUndefined();
});

test('a refusal has one of the codes that callers know', async () => {
  await using home = runningHome();
  const refusal = new HvError({ code: 'ERR_TEST', message: 'No console, sorry' });
  const definition = otherwise(() => ({ console: () => Promise.reject(refusal) }));
  expect(await verdictOn(definition, 'it has no console, which is said', home)).toMatch(
    'not with ERR_PRECREATE or ERR_UNSUPPORTED',
  );
});

test('of a guest that hvkit cannot look into no lease is demanded', async () => {
  await using home = runningHome();
  const { capabilities, ...rest } = otherwise(() => ({ leases: () => Promise.resolve([]) }));
  const definition = { ...rest, capabilities: { ...capabilities, leases: true } };
  expect(await verdictOn(definition, 'its lease is listed as its own', home)).toBeUndefined();
});

test('a home of which not all can be taken away is kept and named', async () => {
  await using home = runningHome();
  const tests = new Map<string, () => Promise<void>>();
  const created = new Set<string>();
  let end = (): Promise<void> => Promise.resolve();
  const driver: DriverDefinition = {
    ...fileDriver,
    create: (context) => {
      created.add(context.home.path);
      return fileDriver.create(context);
    },
  };
  lifecycleSuite({
    definition: driver,
    run: { test: (name, body) => tests.set(name, body), after: (body) => (end = body) },
    request: { image: home.image, options: { guest: 'silent', broken: '-disk' } },
  });
  // It leaves a machine running.
  await tests.get('file: another process finds it as it is')?.();
  const [own = ''] = created;
  await expect(end()).rejects.toMatchObject({ code: 'ERR_PURGE', message: expect.stringContaining(own) as string });
  expect(existsSync(own)).toBe(true);
  await using hvkit = new Hvkit({ home: own, drivers: [fileDriver], onWarning: () => undefined });
  for (const { name } of await hvkit.list()) await (await hvkit.machine(name)).remove({ force: true });
  rmSync(own, { recursive: true });
});

/** Without what is the instance's own: its calls stay bound to it. */
function plain(resource: ReturnType<Driver['resources']>[number]): ReturnType<Driver['resources']>[number] {
  const { id, kind, parents } = resource;
  return {
    id,
    kind,
    parents,
    create: (step) => resource.create(step),
    read: (step) => resource.read(step),
    delete: (step) => resource.delete(step),
  };
}
