import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { text as read } from 'node:stream/consumers';

import { Guest, message, NO_FID, run, Shared, T, text, u16, u32, u64, u8 } from './nine';

/** hvkit-9p as a program: what it is started with, what ends it, and what is not to be had from it. */
let shared: Shared;

beforeEach(() => {
  shared = new Shared();
});

afterEach(() => {
  shared[Symbol.dispose]();
});

const refused = (errno: number) => expect.objectContaining({ errno }) as Error;
const clone = (fid: number) => message(T.walk, [u32(0), u32(fid), u16(0)]);

test('what is shared to be read is not changed', async () => {
  writeFileSync(shared.path('file'), 'content');
  shared.give(shared.path('file'));
  const guest = await (await shared.serve('--read-only')).begin();
  await guest.walk(0, 1, 'file');
  await guest.walk(0, 2);
  for (const asked of [
    () => guest.ask(T.create, u32(2), text('new'), u32(2), u32(0o644), u32(0)),
    () => guest.ask(T.mkdir, u32(2), text('new'), u32(0o755), u32(0)),
    () => guest.ask(T.symlink, u32(2), text('new'), text('x'), u32(0)),
    () => guest.ask(T.mknod, u32(2), text('new'), u32(0o100644), u32(0), u32(0), u32(0)),
    () => guest.ask(T.link, u32(2), u32(1), text('new')),
    () => guest.ask(T.rename, u32(1), u32(2), text('new')),
    () => guest.ask(T.renameat, u32(2), text('file'), u32(2), text('new')),
    () => guest.ask(T.unlinkat, u32(2), text('file'), u32(0)),
    () => guest.set(1, 0x1, { mode: 0 }),
    () => guest.ask(T.open, u32(1), u32(1)),
    () => guest.ask(T.open, u32(1), u32(2)),
    () => guest.ask(T.open, u32(1), u32(0o1000)),
    () => guest.write(1, 0, 'x'),
  ]) {
    await expect(asked()).rejects.toEqual(refused(30));
  }
  await guest.ask(T.open, u32(1), u32(0));
  expect(await guest.read(1, 0, 100)).toBe('content');
  await expect(guest.ask(T.remove, u32(1))).rejects.toEqual(refused(30));
  expect([readdirSync(shared.folder), readFileSync(shared.path('file'), 'utf8')]).toEqual([['file'], 'content']);
  guest.close();
});

test.each([
  ['another message before the first', [message(T.clunk, [u32(0)])]],
  ['a size that no message has', [Buffer.concat([u32(6), Buffer.alloc(2)])]],
  ['a size of nothing', [u32(0)]],
  ['one that is too long', [u32(262145)]],
  ['one that is longer than was agreed', ['begin', u32(8193)]],
  ['half a number', ['begin', message(T.clunk, [u16(0)])]],
  ['more than belongs to it', ['begin', message(T.clunk, [u32(0), u8(0)])]],
  ['a text that is longer than its message', ['begin', message(T.mkdir, [u32(0), u16(500), Buffer.alloc(9)])]],
  ['more bytes to write than it has', ['begin', message(T.write, [u32(0), u64(0), u32(9), Buffer.alloc(8)])]],
  [
    'more names than a walk has',
    ['begin', message(T.walk, [u32(0), u32(1), u16(17), ...Array<Buffer>(17).fill(text('a'))])],
  ],
  ['names that are not there', ['begin', message(T.walk, [u32(0), u32(1), u16(16)])]],
])('%s ends it', async (_, messages) => {
  const guest = await shared.serve();
  for (const each of messages) {
    if (typeof each !== 'string') expect(await guest.askAll([each])).toEqual([]);
    else await guest.ask(T.version, u32(8192), text('9P2000.L'));
  }
  expect(shared.said()).toBe('hvkit-9p: something came that is no message of 9P2000.L\n');
  guest.close();
});

test('a guest has many numbers for files, and not more', async () => {
  const guest = await (await shared.serve()).begin();
  const all = await guest.askAll(Array.from({ length: 65_535 }, (_, index) => clone(index + 1)));
  expect(all.filter((reply) => reply[4] === T.walk + 1)).toHaveLength(65_535);
  await expect(guest.walk(0, 70_000)).rejects.toEqual(refused(23));
  await expect(guest.ask(T.attach, u32(70_000), u32(NO_FID), text(''), text(''), u32(0))).rejects.toEqual(refused(23));
  await guest.ask(T.clunk, u32(4711));
  await guest.walk(0, 70_000);
  guest.close();
});

test('folders that are open have a bound too, which is the system’s', async () => {
  mkdirSync(shared.path('a'));
  shared.give(shared.path('a'));
  const guest = await (await shared.serve()).begin();
  const walks = Array.from({ length: 12_000 }, (_, index) =>
    message(T.walk, [u32(0), u32(index + 1), u16(1), text('a')]),
  );
  const replies = await guest.askAll(walks);
  const errors = new Set(replies.filter((reply) => reply[4] !== T.walk + 1).map((reply) => reply.readUInt32LE(7)));
  // None, where it may have more.
  expect([[], [24]]).toContainEqual([...errors]);
  await guest.ask(T.clunk, u32(1));
  await guest.walk(0, 70_000, 'a');
  guest.close();
});

test('what is asked for together is answered in its order', async () => {
  const guest = await (await shared.serve()).begin();
  const tags = Array.from({ length: 500 }, (_, index) => index);
  const replies = await guest.askAll(tags.map((tag) => message(T.getattr, [u32(0), u64(0)], { tag })));
  expect(replies.map((reply) => reply.readUInt16LE(5))).toEqual(tags);
  guest.close();
});

test('one guest is served, and nobody after it', async () => {
  const guest = await (await shared.serve()).begin();
  const other = new Guest(shared.socket);
  expect(await other.askAll([clone(1)])).toEqual([]);
  expect(await guest.attributes(0)).toMatchObject({ links: 2 });
  // It goes on although those who started it have gone.
  shared.leave();
  await guest.walk(0, 1);
  guest.close();
});

test('it ends with those who started it, where nobody has come', async () => {
  const { stderr } = await shared.start('pipe');
  shared.leave();
  expect(stderr && (await read(stderr))).toBe('');
  // One that was left behind is in nobody's way.
  const guest = await (await shared.serve()).begin();
  guest.close();
});

test('root shares nothing of its own', () => {
  const { status, said } = run(shared.socket, '/');
  const isRoot = process.getuid?.() === 0;
  expect(said).toBe(isRoot ? 'hvkit-9p: / belongs to root, and nothing is shared as root\n' : '');
  expect(status).toBe(isRoot ? 1 : 0);
});

test.each([
  ['Usage: ', 64, ['/tmp/socket']],
  ['Usage: ', 64, ['--write', '/tmp/socket', '/tmp']],
  ['Usage: ', 64, ['--owner', '1000', '/tmp/socket', '/tmp']],
  ['Usage: ', 64, ['--owner', '1000:-1', '/tmp/socket', '/tmp']],
  ['/none cannot be shared: No such file or directory', 1, ['/tmp/socket', '/none']],
  ['/etc/passwd cannot be shared: Not a directory', 1, ['/tmp/socket', '/etc/passwd']],
  [' is too long for a socket', 1, [`/tmp/${'x'.repeat(200)}`, '/tmp']],
  ['/none/socket cannot be listened at: No such file or directory', 1, ['/none/socket', '/tmp']],
])('%s', (words, status, args) => {
  const { said, status: actual } = run(...args);
  expect(said).toContain(words);
  expect(actual).toBe(status);
});
