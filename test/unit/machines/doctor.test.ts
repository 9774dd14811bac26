import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HomeFolder } from '../../../src/machines/home';
import { Hvkit } from '../../../src/machines/hvkit';
import { Store } from '../../../src/machines/store';
import { lockFile } from '../../../src/native/hyperkit';
import { fileDriver } from '../../support/file-driver';
import { TestHome } from '../../support/home';
import { recordOf } from '../../support/record';

function hostFolder(home: TestHome): string {
  const host = join(home.path, 'host');
  return join(host, readdirSync(host)[0] ?? '');
}

/** All below a folder, with what stands in it: to see that nothing was changed. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'latin1')]));
}

test('where all is well there is nothing to say, nor to do', async () => {
  await using home = new TestHome();
  const hv = home.open();
  expect(await hv.doctor()).toEqual([]);
  await hv.create(home.request('dev'));
  expect(await hv.doctor()).toEqual([]);
  expect(await hv.doctor({ names: ['dev'] })).toEqual([]);
  expect(await hv.repair()).toEqual([]);
  await expect(hv.doctor({ names: ['dev', 'none'] })).rejects.toMatchObject({ code: 'ERR_NO_MACHINE' });
  await expect(hv.repair({ names: ['none'] })).rejects.toMatchObject({ code: 'ERR_NO_MACHINE' });
  rmSync(join(hostFolder(home), `${home.file('dev').uuid}.disk`));
  await expect(hv.repair({ names: ['dev', 'none'] })).rejects.toMatchObject({ code: 'ERR_NO_MACHINE' });
  expect(await hv.doctor()).toMatchObject([{ kind: 'missing', resource: 'disk' }]);
});

test('what is missing, drifted and half done is found, nothing is changed, and repair puts it right', async () => {
  await using home = new TestHome();
  const hv = home.open();
  const dev = await hv.create(home.request('dev'));
  const other = await hv.create(home.request('other'));
  const half = await hv.create(home.request('half'));
  const host = hostFolder(home);
  rmSync(join(host, `${dev.uuid}.disk`));
  writeFileSync(join(host, `${other.uuid}.forward`), JSON.stringify({ host: 1 }));
  const record = home.file('half');
  const { disk } = record.resources;
  const entry = { ...disk!, state: 'creating' as const };
  await new Store(new HomeFolder(home.path)).write({ ...record, resources: { ...record.resources, disk: entry } });

  const before = contents(home.path);
  const found = await hv.doctor();
  expect(found).toMatchObject([
    {
      kind: 'missing',
      machine: 'dev',
      driver: 'file',
      resource: 'disk',
      message: 'The disk is not there',
      hint: 'hvkit repair dev',
    },
    { kind: 'unfinished', machine: 'half', resource: 'disk' },
    { kind: 'drifted', machine: 'other', resource: 'forward', found: { host: 1 } },
  ]);
  expect(contents(home.path)).toEqual(before);
  expect(await hv.doctor({ names: ['half'] })).toHaveLength(1);

  expect(await hv.repair({ names: ['dev'] })).toMatchObject([{ kind: 'missing', resource: 'disk', mended: true }]);
  expect(existsSync(join(host, `${dev.uuid}.disk`))).toBe(true);
  expect(await hv.repair()).toMatchObject([
    { kind: 'unfinished', machine: 'half', mended: true },
    // Without update() it cannot be changed in place.
    { kind: 'drifted', machine: 'other', mended: false, error: { code: 'ERR_CANNOT_UPDATE' } },
  ]);
  expect(await hv.doctor()).toMatchObject([{ kind: 'drifted', machine: 'other' }]);
  await half.remove();
});

test('an orphan is found and taken away, a machine that is unfinished is removed, and an empty folder', async () => {
  await using home = new TestHome();
  const hv = home.open();
  const dev = await hv.create(home.request('dev'));
  const host = hostFolder(home);
  const store = new Store(new HomeFolder(home.path));
  const lost = recordOf('lost');
  writeFileSync(join(host, `${lost.uuid}.disk`), '{}');
  const begun = recordOf('begun', {
    phase: 'creating',
    plan: dev.plan,
    image: home.file('dev').image!,
    resources: { disk: { kind: 'disk', state: 'creating', properties: {} } },
  });
  await store.write(begun);
  writeFileSync(join(host, `${begun.uuid}.disk`), '{}');
  mkdirSync(store.folder('empty'));

  expect(await hv.doctor()).toMatchObject([
    { kind: 'machine', machine: 'begun', hint: 'hvkit rm begun' },
    { kind: 'machine', machine: 'empty' },
    { kind: 'orphan', driver: 'file', message: expect.stringContaining(`file ${lost.uuid}.disk`) as string },
  ]);
  const repaired = await hv.repair();
  expect(repaired.map(({ kind, mended }) => [kind, mended])).toEqual([
    ['machine', true],
    ['machine', true],
    ['orphan', true],
  ]);
  expect(await hv.doctor()).toEqual([]);
  expect(await store.names()).toEqual(['dev']);
  expect(await store.leftovers()).toEqual([]);
  expect(await dev.state()).toBe('Running');
});

test('a file that cannot be read is told of and left alone, and so is what may be that machine’s', async () => {
  await using home = new TestHome();
  const hv = home.open();
  const dev = await hv.create(home.request('dev'));
  const file = join(home.path, 'machines', 'dev', 'machine.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"schema": 1', '"schema": 2'));
  const kinds = ['machine', 'orphan', 'orphan', 'orphan'];
  expect((await hv.doctor()).map(({ kind }) => kind)).toEqual(kinds);
  const findings = await hv.repair();
  expect(findings.map(({ kind, mended }) => [kind, mended])).toEqual(kinds.map((kind) => [kind, false]));
  expect(findings[0]).toMatchObject({ machine: 'dev', error: { code: 'ERR_MACHINE_FILE' } });
  writeFileSync(file, text);
  expect(await hv.doctor()).toEqual([]);
  expect((await dev.exec('true')).status).toBe(0);
});

test('what another process is making is no finding, and is not touched', async () => {
  await using home = new TestHome();
  const hv = home.open();
  const folder = new HomeFolder(home.path);
  await folder.prepare();
  const store = new Store(folder);
  await store.write(recordOf('begun', { phase: 'creating', plan: { options: {} } }));
  mkdirSync(store.folder('about-to'));
  const locks = await Promise.all(
    ['begun', 'about-to'].map((name) => lockFile(folder.lockFile(name), { description: name })),
  );
  expect(await hv.doctor()).toEqual([]);
  expect(await hv.repair()).toEqual([]);
  expect(await store.names()).toEqual(['begun']);
  expect(await store.leftovers()).toEqual(['about-to']);
  for (const lock of locks) lock.release();
  // Released: nobody is at it any more.
  expect(await hv.repair()).toMatchObject([{ mended: true }, { mended: true }]);
});

test('of a process that was killed the lock file tells nothing any more', async () => {
  await using home = new TestHome();
  const hv = home.open();
  const folder = new HomeFolder(home.path);
  await folder.prepare();
  await new Store(folder).write(recordOf('begun', { phase: 'creating', plan: { options: {} } }));
  const killed = spawn(process.execPath, ['-e', '']);
  await once(killed, 'exit');
  const since = new Date().toISOString();
  writeFileSync(
    folder.lockFile('begun'),
    `${JSON.stringify({ pid: killed.pid, command: 'hvkit create begun', since })}\n`,
  );
  expect(await hv.doctor()).toMatchObject([{ kind: 'machine', machine: 'begun' }]);
  await hv.repair();
});

test('a driver that does not work here, and one that is not there', async () => {
  await using home = new TestHome();
  const dev = await home.open().create(home.request('dev'));
  await dev.stop();
  const sick = {
    ...fileDriver,
    health: () =>
      Promise.resolve({ installed: false, healthy: false, reason: 'it is not installed', fix: 'install it' }),
  };
  await using hv = new Hvkit({ home: home.path, drivers: [sick], env: {} });
  expect(await hv.doctor()).toEqual([
    {
      kind: 'driver',
      driver: 'file',
      message: 'The driver file does not work here: it is not installed',
      hint: 'install it',
    },
  ]);
  expect(await hv.repair()).toMatchObject([{ kind: 'driver', mended: false }]);
  await using without = new Hvkit({
    home: home.path,
    drivers: [{ ...fileDriver, name: 'other', aliases: [] }],
    env: {},
  });
  expect(await without.doctor({ names: ['dev'] })).toMatchObject([
    { kind: 'driver', machine: 'dev', driver: 'file', error: { code: 'ERR_NO_DRIVER' } },
  ]);
});
