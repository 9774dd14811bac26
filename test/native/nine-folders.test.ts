import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { Shared, T, text, u32, type Guest } from './nine';

/** hvkit-9p, message by message: names in folders, and that none of them leads out. */
let shared: Shared;
let guest: Guest;

beforeEach(async () => {
  shared = new Shared();
  guest = await (await shared.serve()).begin();
});

afterEach(() => {
  guest.close();
  shared[Symbol.dispose]();
});

const put = (name: string, content = ''): string => {
  writeFileSync(shared.path(name), content);
  return shared.give(shared.path(name));
};
const folder = (name: string): string => {
  mkdirSync(shared.path(name));
  return shared.give(shared.path(name));
};
const refused = (errno: number) => expect.objectContaining({ errno }) as Error;
const create = (fid: number, name: string) => guest.ask(T.create, u32(fid), text(name), u32(2), u32(0o644), u32(0));
const mkdir = (fid: number, name: string) => guest.ask(T.mkdir, u32(fid), text(name), u32(0o755), u32(0));
const symlink = (fid: number, name: string, to: string) => guest.ask(T.symlink, u32(fid), text(name), text(to), u32(0));
const rename = (from: number, before: string, to: number, after: string) =>
  guest.ask(T.renameat, u32(from), text(before), u32(to), text(after));
const unlink = (fid: number, name: string, flags = 0) => guest.ask(T.unlinkat, u32(fid), text(name), u32(flags));
const link = (fid: number, target: number, name: string) => guest.ask(T.link, u32(fid), u32(target), text(name));

test('folders and links are made, told, renamed and removed', async () => {
  const qid = await mkdir(0, 'made');
  expect([qid[0], statSync(shared.path('made')).mode & 0o777]).toEqual([0x80, 0o755]);
  await expect(mkdir(0, 'made')).rejects.toEqual(refused(17));
  await guest.walk(0, 1, 'made');
  await symlink(1, 'to', '../elsewhere/not here');
  expect(readlinkSync(shared.path('made/to'))).toBe('../elsewhere/not here');
  put('file', 'content');
  await guest.walk(0, 2, 'file');
  await link(1, 2, 'same');
  expect(statSync(shared.path('file')).nlink).toBe(2);
  await guest.walk(1, 3, 'to');
  await link(0, 3, 'link');
  expect(lstatSync(shared.path('link')).isSymbolicLink()).toBe(true);

  // Who holds the old name has the new one, of the file as of what is below a folder.
  await guest.walk(0, 4, 'made', 'same');
  await rename(1, 'same', 0, 'other');
  await guest.ask(T.open, u32(4), u32(0));
  expect(await guest.read(4, 0, 100)).toBe('content');
  await rename(0, 'made', 0, 'renamed');
  await create(1, 'below');
  expect(existsSync(shared.path('renamed/below'))).toBe(true);
  await guest.ask(T.rename, u32(2), u32(0), text('file.new'));
  expect((await guest.attributes(2)).size).toBe(7);

  await expect(unlink(0, 'renamed', 0x200)).rejects.toEqual(refused(39));
  await expect(unlink(0, 'file.new', 0x200)).rejects.toEqual(refused(20));
  for (const name of ['to', 'below']) unlinkSync(shared.path(`renamed/${name}`));
  await unlink(0, 'renamed', 0x200);
  await guest.ask(T.remove, u32(2));
  // Its number is free.
  await guest.walk(0, 2);
  await unlink(0, 'link');
  expect(readdirSync(shared.folder)).toEqual(['other']);
  await expect(guest.ask(T.remove, u32(0))).rejects.toEqual(refused(16));
});

test('a folder is told whole, in pieces of any size, whatever happens to it meanwhile', async () => {
  const names = Array.from({ length: 300 }, (_, index) => `file-${index}`);
  for (const name of names) put(name);
  await guest.walk(0, 1);
  await expect(guest.list(1, 0)).rejects.toEqual(refused(9));
  await guest.ask(T.open, u32(1), u32(0));
  const seen: string[] = [];
  let offset = 0n;
  for (;;) {
    const part = await guest.list(1, offset, 200);
    if (part.length === 0) break;
    seen.push(...part.map(({ name }) => name));
    offset = part.at(-1)?.offset ?? 0n;
    const told = part.at(-1)?.name ?? '';
    if (told.startsWith('file-')) unlinkSync(shared.path(told));
    put(`new-${seen.length}`);
  }
  expect(seen.toSorted()).toEqual(['.', '..', ...names].toSorted());
  // From the begin it is looked at again.
  expect((await guest.list(1, 0)).map(({ name }) => name)).toContain(`new-${seen.length}`);
  expect(await guest.list(1, 2n ** 64n - 1n)).toEqual([]);
});

test('a walk goes as far as there is something', async () => {
  folder('a');
  put('a/b');
  expect((await guest.walk(0, 1, 'a', 'b')).readUInt16LE()).toBe(2);
  expect((await guest.walk(0, 2, 'a', 'c', 'd')).readUInt16LE()).toBe(1);
  await expect(guest.attributes(2)).rejects.toEqual(refused(9));
  await expect(guest.walk(0, 2, 'c')).rejects.toEqual(refused(2));
  await expect(guest.walk(1, 2, 'c')).rejects.toEqual(refused(20));
  await expect(guest.walk(0, 1, 'a')).rejects.toEqual(refused(9));
  await expect(guest.walk(0, 2, 'x'.repeat(256))).rejects.toEqual(refused(36));
});

describe('nothing leads out', () => {
  let outside: string;
  const secret = (): string => join(outside, 'secret');

  beforeEach(() => {
    outside = join(shared.place, 'outside');
    mkdirSync(outside);
    writeFileSync(secret(), 'theirs', { mode: 0o644 });
    for (const path of [outside, secret()]) shared.give(path);
  });

  test.each(['..', '.', '', 'a/b', '/', '../outside', 'a\0b'])('no name is %j', async (name) => {
    const before = readdirSync(shared.place).toSorted();
    await guest.walk(0, 1);
    put('file');
    await guest.walk(0, 2, 'file');
    for (const asked of [
      () => guest.walk(0, 3, name),
      () => guest.walk(0, 3, name, 'outside', 'secret'),
      () => create(1, name),
      () => mkdir(0, name),
      () => symlink(0, name, 'x'),
      () => link(0, 2, name),
      () => unlink(0, name),
      () => unlink(0, name, 0x200),
      () => rename(0, 'file', 0, name),
      () => rename(0, name, 0, 'taken'),
      () => guest.ask(T.rename, u32(2), u32(0), text(name)),
      () => guest.ask(T.mknod, u32(0), text(name), u32(0o100644), u32(0), u32(0), u32(0)),
    ]) {
      await expect(asked()).rejects.toEqual(expect.objectContaining({ errno: expect.any(Number) as number }));
    }
    expect(readdirSync(shared.folder)).toEqual(['file']);
    expect(readdirSync(shared.place).toSorted()).toEqual(before);
  });

  test('no link is followed, by whomever it was made', async () => {
    symlinkSync(outside, shared.path('theirs'));
    await symlink(0, 'mine', '../outside');
    await symlink(0, 'file', '../outside/secret');
    for (const name of ['theirs', 'mine']) {
      expect((await guest.walk(0, 1, name, 'secret')).readUInt16LE()).toBe(1);
      await guest.walk(0, 1, name);
      await expect(guest.ask(T.open, u32(1), u32(0))).rejects.toEqual(refused(40));
      await expect(create(1, 'made')).rejects.toEqual(refused(20));
      await expect(mkdir(1, 'made')).rejects.toEqual(refused(20));
      await guest.ask(T.clunk, u32(1));
    }
    await guest.walk(0, 1);
    await expect(create(1, 'file')).rejects.toEqual(refused(17));
    await guest.walk(0, 2, 'file');
    await expect(guest.set(2, 0x8, { size: 0 })).rejects.toEqual(refused(22));
    await guest.set(2, 0x20 | 0x100, { modified: 1 });
    await guest.set(2, 0x1, { mode: 0 }).catch(() => undefined);
    const { mode, mtimeMs } = statSync(secret());
    expect([mode & 0o777, mtimeMs > 1e12, readFileSync(secret(), 'utf8')]).toEqual([0o644, true, 'theirs']);
  });

  test('what took the place of a folder is not what was walked to', async () => {
    folder('a');
    put('a/file', 'inside');
    await guest.walk(0, 1, 'a');
    await guest.walk(1, 2, 'file');
    renameSync(shared.path('a'), shared.path('b'));
    symlinkSync(outside, shared.path('a'));
    await expect(guest.walk(1, 3, 'secret')).rejects.toEqual(refused(2));
    await guest.ask(T.open, u32(2), u32(0));
    expect(await guest.read(2, 0, 100)).toBe('inside');
    await create(1, 'made');
    expect(existsSync(shared.path('b/made'))).toBe(true);
    // A folder that was moved out takes nobody with it to what is beside it there.
    await guest.walk(0, 4, 'b');
    renameSync(shared.path('b'), join(outside, 'b'));
    await expect(guest.walk(4, 5, '..')).rejects.toEqual(refused(13));
    expect(readdirSync(outside).toSorted()).toEqual(['b', 'secret']);
  });
});
