import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { lockFile } from '../../../src/native/hyperkit';
import { HomeFolder } from '../../../src/machines/home';
import { Store } from '../../../src/machines/store';
import { TestHome } from '../../support/home';
import { recordOf } from '../../support/record';

test('nothing is left of machines, orphans, damaged files and the cache; the settings stay', async () => {
  await using home = new TestHome();
  const hv = home.open();
  const names = ['a', 'b', 'damaged'];
  await Promise.all(names.map((name) => hv.create(home.request(name))));
  await hv.settings.set('cpus', 1);
  const store = new Store(new HomeFolder(home.path));
  writeFileSync(store.file('damaged'), '{');
  await store.write(recordOf('begun', { phase: 'creating', plan: { options: {} } }));
  mkdirSync(store.folder('empty'));
  for (const folder of ['names', 'files/sha256-0', 'micro']) {
    mkdirSync(join(home.path, 'cache', folder), { recursive: true });
    writeFileSync(join(home.path, 'cache', folder, 'file'), 'bytes');
  }
  const id = readFileSync(join(home.path, 'home.json'), 'utf8');

  await hv.purge();
  expect(home.remains).toEqual([]);
  expect(await hv.list()).toEqual([]);
  expect(await hv.doctor()).toEqual([]);
  expect(readdirSync(join(home.path, 'cache'))).toEqual(['locks']);
  expect(await hv.settings.get('cpus')).toBe(1);
  expect(readFileSync(join(home.path, 'home.json'), 'utf8')).toBe(id);
  // A second time there is nothing, and that is no failure; nor is the home of no use.
  await hv.purge();
  await hv.create(home.request('again'));
});

test('what cannot be removed is told of, stays known, and keeps the rest from nothing', async () => {
  await using home = new TestHome();
  const hv = home.open();
  const stuck = await hv.create(home.request('stuck', { broken: '-disk' }));
  await hv.create(home.request('other'));
  await expect(hv.purge()).rejects.toMatchObject({
    code: 'ERR_PURGE',
    message: 'Not all could be taken away: The disk stays',
  });
  expect(await hv.list()).toMatchObject([{ name: 'stuck', phase: 'removing' }]);
  await stuck.remove({ force: true });
  await hv.purge();
  expect(home.remains).toEqual([]);
});

test('in a home where nothing was made there is nothing to do', async () => {
  await using home = new TestHome();
  await home.open().purge();
  expect(readdirSync(home.folder.path)).not.toContain('host');
});

test('one that was aborted beforehand does nothing', async () => {
  await using home = new TestHome();
  const hv = home.open();
  await hv.create(home.request('dev'));
  await expect(hv.purge({ signal: AbortSignal.abort(new Error('no more')) })).rejects.toThrow('no more');
  expect(await hv.list()).toMatchObject([{ name: 'dev', state: 'Running' }]);
});

test('what docker-machine has in the same folder is left alone, and no machine is made in the midst of it', async () => {
  await using home = new TestHome();
  const hv = home.open();
  await hv.create(home.request('dev'));
  const theirs = join(home.path, 'machines', 'theirs');
  mkdirSync(theirs);
  writeFileSync(join(theirs, 'config.json'), '{}');
  writeFileSync(join(home.path, 'machines', 'a note.txt'), '');
  const cache = join(home.path, 'cache');
  mkdirSync(join(cache, 'names'), { recursive: true });
  writeFileSync(join(cache, 'boot2docker.iso'), 'theirs');
  expect(await hv.doctor()).toEqual([]);
  expect(await hv.repair()).toEqual([]);
  await expect(hv.create(home.request('theirs'))).rejects.toMatchObject({
    code: 'ERR_MACHINE_EXISTS',
    message: 'Docker machine "theirs" already exists',
    hint: expect.stringContaining(theirs) as string,
  });
  await hv.purge();
  expect(readdirSync(join(home.path, 'machines')).sort()).toEqual(['a note.txt', 'theirs']);
  expect(readdirSync(theirs)).toEqual(['config.json']);
  expect(readdirSync(cache)).toEqual(['boot2docker.iso']);
});

test('a folder that becomes a machine while purge waits for it is no leftover any more', async () => {
  await using home = new TestHome();
  const hv = home.open();
  await hv.purge();
  const place = new HomeFolder(home.path);
  const store = new Store(place);
  mkdirSync(store.folder('begun'), { recursive: true });
  const lock = await lockFile(place.lockFile('begun'), { description: 'x' });
  const asked = jest.spyOn(Store.prototype, 'leftovers');
  const purged = hv.purge();
  // Once the folder was seen without a file, and before the machine that it is of is let go of.
  while (asked.mock.results.length === 0) await new Promise(setImmediate);
  await asked.mock.results[0]?.value;
  await store.write(recordOf('begun', { phase: 'creating', plan: { options: {} } }));
  lock.release();
  await purged;
  expect(readdirSync(store.folder('begun'))).toEqual(['machine.json']);
});

test('an image that another process is downloading stays, which is told', async () => {
  await using home = new TestHome();
  const cache = join(home.path, 'cache');
  for (const folder of ['files/sha256-1.part', 'files/sha256-2', 'locks']) {
    mkdirSync(join(cache, folder), { recursive: true });
  }
  {
    using _download = await lockFile(join(cache, 'locks', 'sha256-1'), { description: 'x' });
    await expect(home.open().purge()).rejects.toMatchObject({
      code: 'ERR_PURGE',
      message: expect.stringContaining(`Another process is downloading ${cache}/files/sha256-1.part`) as string,
    });
    expect(readdirSync(join(cache, 'files'))).toEqual(['sha256-1.part']);
  }
  await home.open().purge();
  expect(readdirSync(cache)).toEqual(['locks']);
});

test('a cache that lies elsewhere is emptied, and stays; so does what the system put among the files', async () => {
  await using home = new TestHome();
  const hv = home.open();
  const elsewhere = join(home.folder.path, 'elsewhere');
  mkdirSync(join(elsewhere, 'files', 'sha256-1'), { recursive: true });
  mkdirSync(home.path, { recursive: true });
  symlinkSync(elsewhere, join(home.path, 'cache'));
  await hv.purge();
  expect(readdirSync(elsewhere)).toEqual(['locks']);

  mkdirSync(join(elsewhere, 'files', 'sha256-2'), { recursive: true });
  writeFileSync(join(elsewhere, 'files', '.DS_Store'), 'theirs');
  await hv.purge();
  expect(readdirSync(join(elsewhere, 'files'))).toEqual(['.DS_Store']);
});
