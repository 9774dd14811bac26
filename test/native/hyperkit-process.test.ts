import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  findProcess,
  findProgram,
  isAlive,
  signalProcess,
  startProcess,
  watchProcess,
  type ProcessIdentity,
} from '../../src/native/hyperkit';
import { runChild } from './child-process';

let folder: string;
let log: string;
const started: ProcessIdentity[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-process-'));
  log = join(folder, 'log');
});

afterEach(async () => {
  for (const identity of started.splice(0)) await signalProcess(identity, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function start(file: string, args: readonly string[], env?: Record<string, string>) {
  const child = await startProcess({ file, args, log, ...(env && { env }) });
  started.push(child.identity);
  return child;
}

const sleeper = () => start('/bin/sleep', ['1000']);
const shell = (script: string) => start('/bin/sh', ['-c', script]);
const logged = () => readFileSync(log, 'utf8');

/** What proc(5) says of it, by the field's number there. */
function statOf(pid: number, field: number): string | undefined {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[field - 3];
}

test('what a program says is in the log, behind what was there', async () => {
  writeFileSync(log, 'before\n');
  const child = await shell('echo out; echo err >&2; exit 3');
  await expect(child.exit()).resolves.toEqual({ code: 3, signal: null });
  expect(logged()).toBe('before\nout\nerr\n');
});

test('the arguments and the environment arrive as they are', async () => {
  const words = ['', ' two  words ', '$HOME', '"', 'ü\n'];
  const child = await start(
    '/usr/bin/env',
    ['-u', 'GONE', 'sh', '-c', 'printf "[%s]" "$0" "$@"; echo; env', ...words],
    {
      GONE: 'x',
      PATH: '/usr/bin:/bin',
      GIVEN: 'a=b c',
    },
  );
  await child.exit();
  expect(logged()).toContain(words.map((word) => `[${word}]`).join(''));
  const names = logged().match(/^[A-Z]+(?==)/gm);
  expect(names?.filter((name) => !['PWD', 'SHLVL', 'OLDPWD'].includes(name)).sort()).toEqual(['GIVEN', 'PATH']);
  expect(logged()).toContain('GIVEN=a=b c\n');
});

test('each way to end is told', async () => {
  const killed = await sleeper();
  const exits = [killed.exit(), killed.exit()];
  await expect(signalProcess(killed.identity, 'SIGTERM')).resolves.toBe(true);
  for (const exit of exits) await expect(exit).resolves.toEqual({ code: null, signal: 'SIGTERM' });
  await expect(killed.exit()).resolves.toEqual({ code: null, signal: 'SIGTERM' });
  for (const code of [0, 1, 2, 100]) {
    await expect((await shell(`exit ${code}`)).exit()).resolves.toEqual({ code, signal: null });
  }
});

test('everybody who watches a child is told how it ended, and later ones only that it did', async () => {
  const child = await sleeper();
  const other = await watchProcess(child.identity);
  const exits = [child.exit(), other.exit()];
  await signalProcess(child.identity, 'SIGKILL');
  for (const exit of exits) await expect(exit).resolves.toEqual({ code: null, signal: 'SIGKILL' });
  await expect((await watchProcess(child.identity)).exit()).resolves.toEqual({ code: null, signal: null });
});

test('a program that is not there, or is none, says so', async () => {
  const missing = join(folder, 'hyperkit');
  await expect(startProcess({ file: missing, log })).rejects.toMatchObject({
    name: 'HvError',
    code: 'ERR_PROCESS',
    message: `${missing} could not be started: No such file or directory`,
  });
  writeFileSync(missing, '');
  await expect(startProcess({ file: missing, log })).rejects.toMatchObject({
    message: `${missing} could not be started: Permission denied`,
  });
  const nowhere = join(folder, 'none', 'log');
  await expect(startProcess({ file: '/bin/true', log: nowhere })).rejects.toMatchObject({
    code: 'ERR_PROCESS',
    message: `The log ${nowhere} could not be opened: No such file or directory`,
  });
  await expect(startProcess({ file: '/bin/true', args: ['a\0b'], log })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
  });
});

test('it leads a session of its own, in the root folder, and takes every signal', async () => {
  const { identity } = await sleeper();
  expect(statOf(identity.pid, 5)).toBe(String(identity.pid)); // process group
  expect(statOf(identity.pid, 6)).toBe(String(identity.pid)); // session
  expect(statOf(identity.pid, 7)).toBe('0'); // terminal
  expect(readlinkSync(`/proc/${identity.pid}/cwd`)).toBe('/');
  const status = readFileSync(`/proc/${identity.pid}/status`, 'utf8');
  expect(status).toMatch(/^SigBlk:\t0+$/m);
  // The C library has two signals of its own.
  const ignored = BigInt(`0x${/^SigIgn:\t(\w+)$/m.exec(status)![1]!}`);
  expect(ignored & ~0x1_8000_0000n).toBe(0n);
});

test('it has its log and /dev/null open, and nothing of its parent', async () => {
  // This one is inherited by children unless somebody sees to it: the shell opens it without close-on-exec.
  const inherited = openSync(join(folder, 'inherited'), 'w');
  try {
    const parent = spawn(process.execPath, [join(__dirname, 'children', 'process.js'), 'leave', log], {
      stdio: ['ignore', 'pipe', 'inherit', inherited, inherited],
    });
    const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
    const identity = JSON.parse(line.toString()) as ProcessIdentity;
    started.push(identity);
    const handles = readdirSync(`/proc/${identity.pid}/fd`).map((fd) => [
      fd,
      readlinkSync(`/proc/${identity.pid}/fd/${fd}`),
    ]);
    expect(Object.fromEntries(handles)).toEqual({ 0: '/dev/null', 1: log, 2: log });
  } finally {
    closeSync(inherited);
  }
});

test.each(['leave', 'exit', 'killed'])('it outlives a parent that ends (%s)', async (way) => {
  const { stdout } = await runChild('process.js', [way, log]);
  const identity = JSON.parse(stdout) as ProcessIdentity;
  started.push(identity);
  await expect(isAlive(identity)).resolves.toBe(true);
  await expect(findProcess(identity.pid)).resolves.toEqual(identity);
  const watched = await watchProcess(identity);
  const exit = watched.exit();
  await expect(signalProcess(identity, 'SIGKILL')).resolves.toBe(true);
  // Whose child it is by now, and so who is told its status, is for the system to say.
  await expect(exit).resolves.toEqual({ code: null, signal: null });
  await expect(isAlive(identity)).resolves.toBe(false);
});

test('a process that somebody else started is known by its program', async () => {
  const other = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
  const identity = await findProcess(other.pid!);
  expect(identity).toMatchObject({
    pid: other.pid,
    executable: expect.stringMatching(/\/(sleep|coreutils|busybox)$/) as string,
  });
  const watched = await watchProcess(identity!);
  const exit = watched.exit();
  other.kill('SIGKILL');
  await expect(exit).resolves.toEqual({ code: null, signal: null });
});

test('a process is known by what it was called with, wherever that stands among its arguments', async () => {
  const other = spawn('/bin/sh', ['-c', 'read line; exit', 'a name', '-F', '/the file', ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const identity = await findProcess(other.pid!);
  for (const args of [['-F', '/the file'], ['/the file', ''], ['a name']]) {
    await expect(findProgram(other.pid!, args)).resolves.toEqual(identity);
  }
  for (const args of [['-F', '/the'], ['/the file', '-F'], ['', 'more'], ['none']]) {
    await expect(findProgram(other.pid!, args)).resolves.toBeUndefined();
  }
  const exit = (await watchProcess(identity!)).exit();
  other.stdin.end();
  await exit;
  await expect(findProgram(other.pid!, ['a name'])).resolves.toBeUndefined();
});

test('a pid that was given to another process is not ours', async () => {
  const { identity } = await sleeper();
  const former = { ...identity, start: `${identity.start}1` };
  await expect(isAlive(former)).resolves.toBe(false);
  await expect(signalProcess(former, 'SIGKILL')).resolves.toBe(false);
  await expect((await watchProcess(former)).exit()).resolves.toEqual({ code: null, signal: null });
  await expect(isAlive(identity)).resolves.toBe(true);
});

test('pids that nobody has', async () => {
  for (const pid of [0, 2 ** 22 + 1, 2 ** 31, 2 ** 32 - 1]) {
    await expect(findProcess(pid)).resolves.toBeUndefined();
  }
  await expect(findProcess(-1)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  await expect(findProcess(1.5)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});

test('a process that has ended and was not reaped is not alive', async () => {
  // Its parent is a program that never asks.
  const parent = spawn('/bin/sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const identity = await findProcess(Number(line));
  const exit = (await watchProcess(identity!)).exit();
  await signalProcess(identity!, 'SIGKILL');
  await exit;
  expect(statOf(identity!.pid, 3)).toBe('Z');
  await expect(isAlive(identity!)).resolves.toBe(false);
  await expect(findProcess(identity!.pid)).resolves.toBeUndefined();
  parent.kill('SIGKILL');
});

test('a wait ends with its signal, and the next one goes on', async () => {
  const child = await sleeper();
  const reason = new Error('no more');
  const aborted = { name: 'HvError', code: 'ABORT_ERR', cause: reason };
  await expect(child.exit(AbortSignal.abort(reason))).rejects.toMatchObject(aborted);
  const controller = new AbortController();
  const waiting = child.exit(controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toMatchObject(aborted);
  await signalProcess(child.identity, 'SIGKILL');
  await expect(child.exit()).resolves.toEqual({ code: null, signal: 'SIGKILL' });
});

test('children are reaped, and many end at once', async () => {
  const children = await Promise.all(Array.from({ length: 50 }, (_, index) => shell(`exit ${index}`)));
  const exits = await Promise.all(children.map((child) => child.exit()));
  expect(exits.map(({ code }) => code)).toEqual(children.map((_, index) => index));
  for (const { identity } of children) expect(() => statOf(identity.pid, 3)).toThrow('ENOENT');
});

test('Node stays alive for an end that is waited for', async () => {
  const child = await runChild('process.js', ['waits', log]);
  expect(child).toEqual({ code: 0, signal: null, stdout: '{"code":7,"signal":null}\n', stderr: '' });
});

test('workers end in every way, and what they started is reaped', async () => {
  const child = await runChild('process.js', ['workers', log], { timeout: 110_000 });
  expect(child).toEqual({ code: 0, signal: null, stdout: 'reaped 20\n', stderr: '' });
});
