import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HomeFolder, homePath } from '../../../src/machines/home';
import { Folder } from '../../support/folder';

test('the home is the one that is named, else $HVKIT_HOME, $MACHINE_STORAGE_PATH, ~/.hvkit', () => {
  const env = { HOME: '/home/me', MACHINE_STORAGE_PATH: '/machine', HVKIT_HOME: '/hvkit' };
  expect(homePath('/given', env)).toBe('/given');
  expect(homePath(undefined, env)).toBe('/hvkit');
  expect(homePath(undefined, { ...env, HVKIT_HOME: '' })).toBe('/machine');
  expect(homePath(undefined, { HOME: '/home/me' })).toBe('/home/me/.hvkit');
  expect(homePath('a folder', {})).toBe(join(process.cwd(), 'a folder'));
});

test('a home has one path, whichever link leads to it, and also before it is there', () => {
  using folder = new Folder();
  const real = join(folder.path, 'real');
  const link = join(folder.path, 'link');
  symlinkSync(real, link);
  mkdirSync(real);
  expect(homePath(link, {})).toBe(real);
  expect(homePath(join(link, 'not', 'yet'), {})).toBe(join(real, 'not', 'yet'));
});

test('whoever asks at the same time is told the same id, and it stays', async () => {
  using folder = new Folder();
  const path = join(folder.path, 'below', 'home');
  const homes = await Promise.all(Array.from({ length: 20 }, () => new HomeFolder(path).identity()));
  const [first] = homes;
  expect(first!.id).toMatch(/^[0-9a-f]{8}$/);
  expect(new Set(homes.map(({ id }) => id)).size).toBe(1);
  expect(await new HomeFolder(path).identity()).toEqual({ path, id: first!.id });
  expect(readdirSync(path).sort()).toEqual(['home.json', 'locks', 'machines']);
});

test('nobody else may look into a home that hvkit makes', async () => {
  using folder = new Folder();
  const home = new HomeFolder(join(folder.path, 'home'));
  await home.identity();
  for (const path of [home.path, home.machines, home.locks]) expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(home.path, 'home.json')).mode & 0o777).toBe(0o600);
});

test('a folder that was there keeps its mode', async () => {
  using folder = new Folder();
  const home = new HomeFolder(join(folder.path, 'home'));
  mkdirSync(home.path, { mode: 0o755 });
  await home.identity();
  expect(statSync(home.path).mode & 0o777).toBe(0o755);
  expect(statSync(home.machines).mode & 0o777).toBe(0o700);
});

test('who only looks makes nothing', async () => {
  using folder = new Folder();
  const home = new HomeFolder(join(folder.path, 'home'));
  expect((await home.identityToLook()).id).toMatch(/^[0-9a-f]{8}$/);
  expect(readdirSync(folder.path)).toEqual([]);
  const { id } = await home.identity();
  expect((await home.identityToLook()).id).toBe(id);
});

test.each([
  ['', 'it is no JSON'],
  ['{"schema":2,"id":"0123abcd"}', 'its schema is 2, and this hvkit knows 1'],
  ['{"schema":1,"id":"../../etc"}', 'it holds no id'],
  ['null', 'its schema is undefined'],
])('an id that cannot be read is not replaced: %s', async (text, why) => {
  using folder = new Folder();
  const file = join(folder.path, 'home.json');
  writeFileSync(file, text);
  await expect(new HomeFolder(folder.path).identity()).rejects.toMatchObject({
    code: 'ERR_HOME',
    message: expect.stringContaining(why) as string,
  });
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a home that cannot be made', async () => {
  using folder = new Folder();
  writeFileSync(join(folder.path, 'file'), '');
  await expect(new HomeFolder(join(folder.path, 'file', 'home')).identity()).rejects.toMatchObject({
    code: 'ERR_HOME',
    message: expect.stringContaining('cannot be made') as string,
  });
});
