import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DriverDefinition } from '../../../src/drivers/driver';
import { HomeFolder } from '../../../src/machines/home';
import { Hvkit } from '../../../src/machines/hvkit';
import { Store } from '../../../src/machines/store';
import { lockFile } from '../../../src/native/hyperkit';
import { fileDriver } from '../../support/file-driver';
import { TestHome } from '../../support/home';
import { recordOf } from '../../support/record';

const NEVER = new Promise<never>(() => undefined);

/** As the file driver, and its states come as `states` has it. */
function driverWith(name: string, states: () => Promise<never>): DriverDefinition {
  return {
    ...fileDriver,
    name,
    aliases: [],
    create: (context) => Object.assign(fileDriver.create(context), { states }),
  };
}

test('every machine with its state, as people count', async () => {
  await using home = new TestHome();
  const hv = home.open();
  expect(await hv.list()).toEqual([]);
  const [ten, two] = await Promise.all(['node10', 'node2'].map((name) => hv.create(home.request(name))));
  await two!.stop();
  const rows = await hv.list();
  expect(rows).toMatchObject([
    { name: 'node2', state: 'Stopped', driver: 'file', phase: 'ready', uuid: two!.uuid },
    { name: 'node10', state: 'Running', address: await ten!.address(), spec: ten!.spec, created: ten!.created },
  ]);
  expect(rows[0]).not.toHaveProperty('error');
});

test('a file that cannot be read is a row, and the others are there', async () => {
  await using home = new TestHome();
  const hv = home.open();
  await hv.create(home.request('dev'));
  const file = join(home.path, 'machines', 'broken', 'machine.json');
  mkdirSync(join(file, '..'));
  writeFileSync(file, '{"schema": 1, "name":');
  expect(await hv.list()).toMatchObject([
    { name: 'broken', state: 'Error', error: { code: 'ERR_MACHINE_FILE' } },
    { name: 'dev', state: 'Running' },
  ]);
});

test('what is not finished says so, and whether somebody is at it', async () => {
  await using home = new TestHome();
  const hv = home.open();
  const folder = new HomeFolder(home.path);
  await folder.prepare();
  const store = new Store(folder);
  await store.write(recordOf('being-made', { phase: 'creating', plan: { options: {} } }));
  await store.write(recordOf('half-gone', { phase: 'removing', plan: { options: {} } }));
  await store.write(recordOf('half-made', { phase: 'creating', plan: { options: {} } }));
  using _lock = await lockFile(folder.lockFile('being-made'), { description: 'it' });
  expect(await hv.list()).toMatchObject([
    { name: 'being-made', state: 'Starting', phase: 'creating', reason: `being created by pid ${process.pid}` },
    {
      name: 'half-gone',
      state: 'Error',
      phase: 'removing',
      reason: expect.stringContaining('hvkit rm half-gone') as string,
    },
    {
      name: 'half-made',
      state: 'Error',
      phase: 'creating',
      reason: expect.stringContaining('hvkit rm half-made') as string,
    },
  ]);
  _lock.release();
});

test('a driver that does not answer keeps only its own machines waiting; one that fails, and one that is gone, says so', async () => {
  await using home = new TestHome();
  await home.open().create(home.request('dev'));
  const store = new Store(new HomeFolder(home.path));
  await store.write(recordOf('slow', { driver: 'slow' }));
  await store.write(recordOf('sick', { driver: 'sick' }));
  await store.write(recordOf('gone', { driver: 'gone' }));
  await using hv = new Hvkit({
    home: home.path,
    drivers: [
      fileDriver,
      driverWith('slow', () => NEVER),
      driverWith('sick', () => Promise.reject(new Error('no daemon'))),
    ],
  });
  expect(await hv.list({ timeoutMs: 100 })).toMatchObject([
    { name: 'dev', state: 'Running' },
    { name: 'gone', state: 'Error', error: { code: 'ERR_NO_DRIVER' } },
    { name: 'sick', state: 'Error', error: { message: 'no daemon' } },
    { name: 'slow', state: 'Timeout' },
  ]);
  await store.delete('slow');
  await store.delete('sick');
  await store.delete('gone');
});

test('however many machines there are, a driver is asked once', async () => {
  await using home = new TestHome();
  const folder = new HomeFolder(home.path);
  await folder.prepare();
  const store = new Store(folder);
  const names = Array.from({ length: 200 }, (_, index) => `m${index}`);
  await Promise.all(names.map((name) => store.write(recordOf(name, { plan: { options: {} } }))));
  const asked: number[] = [];
  const counting: DriverDefinition = {
    ...fileDriver,
    create: (context) => {
      const driver = fileDriver.create(context);
      const states = driver.states.bind(driver);
      return Object.assign(driver, {
        states: (machines: Parameters<typeof states>[0]) => {
          asked.push(machines.length);
          return states(machines);
        },
      });
    },
  };
  await using hv = new Hvkit({ home: home.path, drivers: [counting] });
  expect((await hv.list()).map(({ name }) => name)).toEqual(names);
  expect(asked).toEqual([200]);
  await Promise.all(names.map((name) => store.delete(name)));
});
