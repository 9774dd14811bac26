import type { Driver, DriverDefinition } from '../../../src/driver';
import { lifecycleSuite } from '../../../src/testing';
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
): Promise<string | undefined> {
  const tests = new Map<string, () => Promise<void>>();
  lifecycleSuite({
    definition,
    run: { test: (name, body) => tests.set(name, body), after: () => undefined },
    request: { image: home.image, options: { guest: 'silent' } },
    home: home.path,
    remains: () => [...home.remains, ...home.processes],
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
