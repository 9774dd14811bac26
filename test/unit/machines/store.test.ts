import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HomeFolder } from '../../../src/machines/home';
import { migrate } from '../../../src/machines/migrations';
import { Store } from '../../../src/machines/store';
import { Folder } from '../../support/folder';
import { recordOf } from '../../support/record';

async function withStore(use: (store: Store, home: HomeFolder) => Promise<void>): Promise<void> {
  using folder = new Folder();
  const home = new HomeFolder(folder.path);
  await home.prepare();
  await use(new Store(home), home);
}

const KEY = 'ssh_host_ed25519_key';

test('what was written is read again, and gone when it is deleted', () =>
  withStore(async (store, home) => {
    const record = recordOf('dev', {
      address: { host: '127.0.0.1', sshPort: 2222, guest: '10.0.2.15' },
      resources: { disk: { kind: 'disk', state: 'ready', properties: { path: '/x', size: 1, more: [null, true] } } },
    });
    await store.write(record);
    expect(await store.read('dev')).toEqual(record);
    expect(await store.names()).toEqual(['dev']);
    expect(statSync(store.folder('dev')).mode & 0o777).toBe(0o700);
    expect(statSync(store.file('dev')).mode & 0o777).toBe(0o600);

    writeFileSync(join(store.folder('dev'), 'known_hosts'), '');
    await store.delete('dev');
    expect(readdirSync(home.machines)).toEqual([]);
    expect(await store.find('dev')).toBeUndefined();
    await store.delete('dev');
  }));

test('there are no machines where there is no home', async () => {
  using folder = new Folder();
  const store = new Store(new HomeFolder(join(folder.path, 'none')));
  expect(await store.names()).toEqual([]);
  await expect(store.read('dev')).rejects.toMatchObject({
    code: 'ERR_NO_MACHINE',
    message: 'Docker machine "dev" does not exist',
  });
});

test('names come in the order in which people count', () =>
  withStore(async (store) => {
    for (const name of ['node10', 'b', 'node2', 'A', 'node1']) await store.write(recordOf(name));
    expect(await store.names()).toEqual(['A', 'b', 'node1', 'node2', 'node10']);
  }));

test('a folder without a file is no machine, but is known', () =>
  withStore(async (store, home) => {
    await store.write(recordOf('dev'));
    mkdirSync(join(home.machines, 'half'));
    writeFileSync(join(home.machines, 'file'), '');
    expect(await store.names()).toEqual(['dev']);
    expect(await store.leftovers()).toEqual(['half']);
  }));

test('a first write that fails leaves no folder', () =>
  withStore(async (store, home) => {
    const unwritable = recordOf('dev', { plan: { size: 1n as unknown as number } });
    await expect(store.write(unwritable)).rejects.toMatchObject({ code: 'ERR_HOME' });
    expect(readdirSync(home.machines)).toEqual([]);
  }));

test('of folders without a file only those are known that a machine of hvkit had', () =>
  withStore(async (store) => {
    // Of docker-machine, which keeps its own in the same place; of hvkit, whose file somebody moved away.
    const folders = { theirs: ['config.json', 'id_rsa'], begun: ['machine.json.new'], moved: ['disk.qcow2', KEY] };
    for (const [name, files] of Object.entries(folders)) {
      mkdirSync(store.folder(name), { recursive: true });
      for (const file of files) writeFileSync(join(store.folder(name), file), '');
    }
    mkdirSync(store.folder('no name'));
    expect(await store.leftovers()).toEqual(['begun', 'moved']);
    expect(await store.isForeign('theirs')).toBe(true);
    for (const name of ['begun', 'moved', 'none']) expect(await store.isForeign(name)).toBe(false);
  }));

test.each([
  ['not JSON', '{"schema":1,', 'it is no JSON'],
  ['nothing', '', 'it is no JSON'],
  ['no object', '[]', 'it holds no object'],
  ['no schema', '{}', 'it does not say its schema'],
  ['a newer one', '{"schema":2}', 'a newer hvkit wrote it: its schema is 2, and this one knows 1'],
  ['a field of a wrong type', JSON.stringify({ ...recordOf('dev'), uuid: 'x' }), 'uuid: '],
  ['a field too many', JSON.stringify({ ...recordOf('dev'), extra: 1 }), 'Unrecognized key: "extra"'],
  ['another machine', JSON.stringify(recordOf('other')), 'it is of a machine called "other"'],
  ['a name with a slash', JSON.stringify(recordOf('../dev')), 'name: '],
])('a file that holds %s is an error, and stays as it is', (_, text, why) =>
  withStore(async (store) => {
    mkdirSync(store.folder('dev'));
    writeFileSync(store.file('dev'), text);
    await expect(store.read('dev')).rejects.toMatchObject({
      code: 'ERR_MACHINE_FILE',
      message: expect.stringContaining(why) as string,
    });
    expect(readFileSync(store.file('dev'), 'utf8')).toBe(text);
    expect(await store.names()).toEqual(['dev']);
  }),
);

test('a full disk leaves the old file as it was, and nothing beside it', () =>
  withStore(async (store) => {
    const record = recordOf('dev');
    await store.write(record);
    symlinkSync('/dev/full', `${store.file('dev')}.new`);
    await expect(store.write({ ...record, phase: 'removing' })).rejects.toMatchObject({ code: 'ERR_NO_SPACE' });
    expect(await store.read('dev')).toEqual(record);
    expect(readdirSync(store.folder('dev'))).toEqual(['machine.json']);
  }));

test('what a killed writer left is written over', () =>
  withStore(async (store) => {
    await store.write(recordOf('dev'));
    writeFileSync(`${store.file('dev')}.new`, '{"sch');
    const record = recordOf('dev', { phase: 'removing' });
    await store.write(record);
    expect(await store.read('dev')).toEqual(record);
    expect(readdirSync(store.folder('dev'))).toEqual(['machine.json']);
  }));

test('readers see whole files while they are written', () =>
  withStore(async (store) => {
    const record = recordOf('dev');
    await store.write(record);
    const stop = new AbortController();
    const reading = (async () => {
      let count = 0;
      for (; !stop.signal.aborted; count += 1) expect((await store.read('dev')).uuid).toBe(record.uuid);
      return count;
    })();
    for (let round = 0; round < 20; round += 1) {
      await store.write({ ...record, plan: { padding: 'x'.repeat(round * 1000) } });
    }
    stop.abort();
    expect(await reading).toBeGreaterThan(0);
  }));

test('older schemas are brought up one step after the other', () => {
  const migrations = {
    1: ({ title, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, name: title }),
    2: (content: Readonly<Record<string, unknown>>) => ({ ...content, phase: 'ready' }),
  };
  const options = { migrations, newest: 3 };
  expect(migrate({ schema: 1, title: 'dev' }, options)).toEqual({ schema: 3, name: 'dev', phase: 'ready' });
  expect(migrate({ schema: 3, name: 'dev' }, options)).toEqual({ schema: 3, name: 'dev' });
  expect(migrate({ schema: 4 }, options)).toMatch('a newer hvkit wrote it');
  expect(migrate({ schema: 1 }, { migrations: {}, newest: 2 })).toMatch('no longer knows its schema, 1');
});
