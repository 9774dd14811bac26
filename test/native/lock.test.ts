import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { lockFile, lockHolder } from '../../src/native/hyperkit';
import { native } from '../../src/native/hyperkit/binding';
import { runChild } from './child-process';

const CHILD = join(__dirname, 'children', 'lock.js');
const MACHINE = 'Machine "dev"';
const A_MINUTE = 60_000;

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-lock-'));
  path = join(folder, 'dev');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const now = { description: MACHINE, waitMs: 0 };
const patient = { description: MACHINE, waitMs: A_MINUTE };

/** Another process that holds the lock until it is killed. */
async function holder() {
  const child = spawn(process.execPath, [CHILD, 'hold', path], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('one at a time, in one process too', async () => {
  const lock = await lockFile(path, now);
  await expect(lockFile(path, now)).rejects.toMatchObject({ name: 'HvError', code: 'ERR_LOCKED' });
  lock.release();
  lock.release();
  const next = await lockFile(path, now);
  next.release();
});

test('other files are other locks', async () => {
  const locks = await Promise.all(['one', 'two'].map((name) => lockFile(join(folder, name), now)));
  for (const lock of locks) lock.release();
});

test('a scope releases what it took', async () => {
  {
    await using lock = await lockFile(path, now);
    expect(lock.path).toBe(path);
  }
  {
    using lock = await lockFile(path, now);
    expect(lock.path).toBe(path);
  }
  (await lockFile(path, now)).release();
});

test('who waits gets it when it is released', async () => {
  const first = await lockFile(path, now);
  const waiting = Array.from({ length: 5 }, async () => {
    const lock = await lockFile(path, patient);
    lock.release();
  });
  first.release();
  await Promise.all(waiting);
});

test('of the command line the login of a URL is left out', async () => {
  const argv = ['node', '/usr/bin/hvkit', 'create', '--image', 'https://me:secret@host/disk.qcow2', 'dev'];
  jest.replaceProperty(process, 'argv', argv);
  using lock = await lockFile(path, now);
  expect((await lockHolder(lock.path))?.command).toBe('hvkit create --image https://host/disk.qcow2 dev');
});

test('the one who holds it is named, by itself and to others', async () => {
  const before = Date.now();
  const lock = await lockFile(path, { ...now, command: 'hvkit stop dev' });
  const who = await lockHolder(path);
  expect(who).toEqual({ pid: process.pid, command: 'hvkit stop dev', since: expect.any(String) as string });
  expect(Date.parse(who!.since)).toBeGreaterThanOrEqual(before);
  await expect(lockFile(path, { description: MACHINE, waitMs: 20 })).rejects.toMatchObject({
    message: `${MACHINE} is being changed by hvkit stop dev (pid ${process.pid}, this process), since ${who!.since}`,
    hint: expect.stringContaining('again') as string,
  });
  const other = await runChild('lock.js', ['refused', path]);
  expect(other.stdout).toContain(
    `HvError ERR_LOCKED It is being changed by hvkit stop dev (pid ${process.pid}), since `,
  );
  lock.release();
  await expect(lockHolder(path)).resolves.toBeUndefined();
});

test('a file that says nothing of its holder is not guessed at', async () => {
  const child = await holder();
  for (const note of ['', 'not ours\n', '{"pid":"1"}\n', 'null\n']) {
    writeFileSync(path, note);
    await expect(lockFile(path, now)).rejects.toMatchObject({
      code: 'ERR_LOCKED',
      message: `${MACHINE} is being changed by another process, which holds ${path}`,
    });
  }
  child.kill('SIGKILL');
  (await lockFile(path, patient)).release();
});

test('a process that is killed holds nothing any more', async () => {
  const child = await holder();
  await expect(lockFile(path, now)).rejects.toMatchObject({
    code: 'ERR_LOCKED',
    message: expect.stringContaining(`by lock.js hold ${path} (pid ${child.pid}), since `) as string,
  });
  const waiting = lockFile(path, patient);
  child.kill('SIGKILL');
  (await waiting).release();
});

test('a process that exits holds nothing any more', async () => {
  expect(await runChild('lock.js', ['exit', path])).toMatchObject({ code: 0, stdout: 'held\n', stderr: '' });
  (await lockFile(path, patient)).release();
});

test('children do not inherit it', async () => {
  const child = await runChild('lock.js', ['children', path]);
  expect(child).toEqual({ code: 0, signal: null, stdout: 'held\n', stderr: '' });
});

test('a lock that is let go is collected', async () => {
  const child = await runChild('lock.js', ['garbage', path], { nodeOptions: ['--expose-gc'] });
  expect(child).toEqual({ code: 0, signal: null, stdout: 'held\n', stderr: '' });
});

test('a worker that ends holds nothing any more', async () => {
  const child = await runChild('lock.js', ['workers', path]);
  expect(child).toEqual({ code: 0, signal: null, stdout: 'held\n', stderr: '' });
});

test('the wait ends with its signal, before it begins and in the middle', async () => {
  const lock = await lockFile(path, now);
  const reason = new Error('no more');
  const aborted = { name: 'HvError', code: 'ABORT_ERR', cause: reason };
  await expect(lockFile(path, { ...patient, signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
    ...aborted,
    message: expect.stringMatching(/^The work on .* was aborted before it began$/) as string,
  });
  const controller = new AbortController();
  const waiting = lockFile(path, { ...patient, signal: controller.signal });
  controller.abort(reason);
  await expect(waiting).rejects.toMatchObject({
    ...aborted,
    message: expect.stringMatching(/^The wait for .*, which another process is changing, was aborted$/) as string,
  });
  lock.release();
  (await lockFile(path, now)).release();
});

test('the file is private, and stays', async () => {
  const lock = await lockFile(path, now);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { ino } = statSync(path);
  lock.release();
  (await lockFile(path, now)).release();
  expect(statSync(path).ino).toBe(ino);
});

test('a shorter note leaves nothing of a longer one', async () => {
  (await lockFile(path, now)).release();
  writeFileSync(path, `${'x'.repeat(5000)}\n`);
  const lock = await lockFile(path, { ...now, command: 'short' });
  expect(readFileSync(path, 'utf8')).toMatch(/^\{"pid":\d+,"command":"short","since":"[^"]+"\}\n$/);
  lock.release();
});

test('what cannot be a lock file is refused, and not touched', async () => {
  const target = join(folder, 'target');
  writeFileSync(target, 'dear');
  symlinkSync(target, join(folder, 'link'));
  mkdirSync(join(folder, 'folder'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const name of ['link', 'folder', 'pipe', 'nowhere/dev']) {
    const error = { name: 'HvError', code: 'ERR_LOCK_FILE', message: expect.stringContaining(name) as string };
    await expect(lockFile(join(folder, name), patient)).rejects.toMatchObject(error);
  }
  expect(readFileSync(target, 'utf8')).toBe('dear');
});

// With a library of ours in between, which other systems' loaders do not take.
if (process.platform === 'linux') {
  test('a file system that locks no files is told apart from a lock that is held', async () => {
    const shim = join(folder, 'shim');
    writeFileSync(
      `${shim}.c`,
      '#include <errno.h>\nint flock(int f, int o) { (void)f; (void)o; errno = EOPNOTSUPP; return -1; }',
    );
    execFileSync('cc', ['-shared', '-fPIC', '-o', `${shim}.so`, `${shim}.c`]);
    const preload = [process.env['LD_PRELOAD'], `${shim}.so`].filter(Boolean).join(':');
    const child = await runChild('lock.js', ['refused', path], { env: { LD_PRELOAD: preload } });
    expect(child.stdout).toMatch(/^HvError ERR_LOCK_UNSUPPORTED The file system of .* \| .*HVKIT_HOME/);
  });
}

test('the addon refuses what is no argument of its functions', async () => {
  const addon = native() as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const args of [[], [1, ''], ['', {}], ['a\0b', ''], [path, null]]) {
    await expect(addon['takeLock']!(...args)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  }
  for (const value of [undefined, null, 1, 'lock', {}, Symbol('lock')]) {
    expect(() => addon['releaseLock']!(value)).toThrow();
  }
});
