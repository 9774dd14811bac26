import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';

import { NO_FID, Shared, T, text, u16, u32, u64, u8, type Guest } from './nine';

/** hvkit-9p, message by message: files, and what is known of them. */
let shared: Shared;
let guest: Guest;

beforeEach(async () => {
  shared = new Shared();
  guest = await (await shared.serve('--owner', '1000:1000')).begin();
});

afterEach(() => {
  guest.close();
  shared[Symbol.dispose]();
});

const put = (name: string, content = ''): string => {
  writeFileSync(shared.path(name), content);
  return shared.give(shared.path(name));
};
const refused = (errno: number) => expect.objectContaining({ errno }) as Error;
const create = (fid: number, name: string, flags = 2, mode = 0o644) =>
  guest.ask(T.create, u32(fid), text(name), u32(flags), u32(mode), u32(0));

test('a session begins with the largest message of both, and with no other dialect', async () => {
  const version = (size: number, dialect: string) => guest.ask(T.version, u32(size), text(dialect));
  expect(await version(8192, '9P2000.L')).toEqual(Buffer.concat([u32(8192), text('9P2000.L')]));
  expect(await version(2 ** 24, '9P2000.L')).toEqual(Buffer.concat([u32(262144), text('9P2000.L')]));
  expect((await version(8192, '9P2000.u')).toString('latin1', 6)).toBe('unknown');
  expect((await version(100, '9P2000.L')).toString('latin1', 6)).toBe('unknown');
  await guest.begin(7);
  // What was before is forgotten.
  await expect(guest.attributes(0)).rejects.toEqual(refused(9));
  await expect(guest.ask(T.auth, u32(9), text('root'), text(''), u32(0))).rejects.toEqual(refused(95));
  await expect(guest.ask(T.attach, u32(9), u32(1), text(''), text(''), u32(0))).rejects.toEqual(refused(95));
  await expect(guest.ask(T.attach, u32(7), u32(NO_FID), text(''), text(''), u32(0))).rejects.toEqual(refused(9));
  expect(await guest.ask(T.flush, u16(3))).toHaveLength(0);
  await expect(guest.ask(200)).rejects.toEqual(refused(95));
});

test('a file is made, written, read, cut and synced', async () => {
  await guest.walk(0, 1);
  await create(1, 'made', 2 | 0o200, 0o640);
  expect(await guest.write(1, 0, 'hello world')).toBe(11);
  expect(readFileSync(shared.path('made'), 'latin1')).toBe('hello world');
  expect(statSync(shared.path('made')).mode & 0o7777).toBe(0o640);
  expect(await guest.read(1, 6, 100)).toBe('world');
  expect(await guest.read(1, 100, 100)).toBe('');

  // Beyond what 32 bits hold.
  expect(await guest.write(1, 2n ** 33n, 'far')).toBe(3);
  expect(await guest.read(1, 2n ** 33n + 1n, 10)).toBe('ar');
  expect((await guest.attributes(1)).size).toBe(2 ** 33 + 3);
  await guest.set(1, 0x8, { size: 5 });
  expect(readFileSync(shared.path('made'), 'latin1')).toBe('hello');
  await expect(guest.write(1, 2n ** 63n, 'x')).rejects.toEqual(refused(27));
  await expect(guest.read(1, 2n ** 64n - 1n, 1)).rejects.toEqual(refused(22));
  expect(await guest.ask(T.fsync, u32(1), u32(0))).toHaveLength(0);
  await guest.ask(T.clunk, u32(1));
  await expect(guest.ask(T.clunk, u32(1))).rejects.toEqual(refused(9));

  await guest.walk(0, 1);
  await expect(create(1, 'made', 2 | 0o200)).rejects.toEqual(refused(17));
  // Opened to be read, it is not written; to be added to, only at its end.
  await guest.walk(0, 2, 'made');
  await guest.ask(T.open, u32(2), u32(0));
  await expect(guest.write(2, 0, 'x')).rejects.toEqual(refused(9));
  await expect(guest.ask(T.open, u32(2), u32(0))).rejects.toEqual(refused(9));
  await guest.walk(0, 3, 'made');
  await guest.ask(T.open, u32(3), u32(2 | 0o2000));
  await guest.write(3, 5, ' again');
  expect(readFileSync(shared.path('made'), 'latin1')).toBe('hello again');
  await guest.walk(0, 4, 'made');
  await guest.ask(T.open, u32(4), u32(1 | 0o1000));
  expect(statSync(shared.path('made')).size).toBe(0);
});

test('what is known of a file, and what of it can be changed', async () => {
  put('file', 'four');
  await guest.walk(0, 1, 'file');
  const { qid, mode, owner, links, size } = await guest.attributes(1);
  // The user's own are shown as the guest's own user's.
  expect([mode, owner, links, size]).toEqual([0o100644, [1000, 1000], 1, 4]);
  expect(qid.readBigUInt64LE(5)).toBe(statSync(shared.path('file'), { bigint: true }).ino);

  // No bits that would have others run it as its owner; an owner that nobody can give it is nobody's fault.
  await guest.set(1, 0x1 | 0x2 | 0x4, { mode: 0o106755 });
  expect(statSync(shared.path('file')).mode & 0o7777).toBe(0o755);
  await guest.set(1, 0x10 | 0x20 | 0x80 | 0x100, { accessed: 1000, modified: 2000 });
  expect([statSync(shared.path('file')).atimeMs, statSync(shared.path('file')).mtimeMs]).toEqual([1e6, 2e6]);
  expect((await guest.attributes(1)).modified).toBe(2000);
  await guest.set(1, 0x20);
  expect(statSync(shared.path('file')).mtimeMs).toBeGreaterThan(1e12);
  await guest.set(1, 0x8, { size: 1 });
  expect(readFileSync(shared.path('file'), 'latin1')).toBe('f');
  await guest.set(0, 0x1, { mode: 0o750 });
  expect(statSync(shared.folder).mode & 0o7777).toBe(0o750);
  await expect(guest.set(0, 0x8, { size: 1 })).rejects.toEqual(refused(21));

  const statfs = await guest.ask(T.statfs, u32(1));
  expect([statfs.readUInt32LE(0), statfs.readBigUInt64LE(8) > 0n, statfs.readUInt32LE(56)]).toEqual([
    0x01021997,
    true,
    255,
  ]);
  await expect(guest.ask(T.xattrwalk, u32(1), u32(2), text('user.x'))).rejects.toEqual(refused(95));
});

test('locks are the guest’s own', async () => {
  put('file');
  await guest.walk(0, 1, 'file');
  const range = [u64(10), u64(20), u32(42), text('guest')];
  expect(await guest.ask(T.lock, u32(1), u8(1), u32(0), ...range)).toEqual(u8(0));
  expect(await guest.ask(T.getlock, u32(1), u8(1), ...range)).toEqual(Buffer.concat([u8(2), ...range]));
  await expect(guest.ask(T.lock, u32(9), u8(1), u32(0), ...range)).rejects.toEqual(refused(9));
});

test('what is no file is seen, and not opened', async () => {
  symlinkSync('/etc/passwd', shared.path('link'));
  await guest.walk(0, 1, 'link');
  expect((await guest.attributes(1)).mode & 0o170000).toBe(0o120000);
  await expect(guest.ask(T.open, u32(1), u32(0))).rejects.toEqual(refused(40));
  expect((await guest.ask(T.readlink, u32(1))).toString('latin1', 2)).toBe('/etc/passwd');
  await guest.walk(0, 2);
  await expect(guest.ask(T.open, u32(2), u32(1))).rejects.toEqual(refused(21));
  await expect(guest.ask(T.readlink, u32(2))).rejects.toEqual(refused(22));
  await expect(guest.read(2, 0, 1)).rejects.toEqual(refused(21));
  // A socket of the host's, which the server's own is not.
  const mknod = (name: string, mode: number) =>
    guest.ask(T.mknod, u32(0), text(name), u32(mode), u32(1), u32(3), u32(0));
  for (const mode of [0o020666, 0o060666, 0o010666, 0o140666]) {
    await expect(mknod('special', mode)).rejects.toEqual(refused(1));
  }
  await mknod('regular', 0o100600);
  expect(existsSync(shared.path('regular'))).toBe(true);
});
