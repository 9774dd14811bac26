import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { lockFile } from '../../../src/native/hyperkit';
import { TestHome } from '../../support/home';

test('stop, start, restart, pause and resume', async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  const address = await machine.address();

  await machine.stop();
  expect(await machine.state()).toBe('Stopped');
  await machine.stop();
  await expect(machine.address()).rejects.toMatchObject({ code: 'ERR_NOT_RUNNING', message: 'Host is not running' });
  await expect(machine.exec('true')).rejects.toMatchObject({ code: 'ERR_NOT_RUNNING' });
  await expect(machine.kill()).rejects.toMatchObject({ code: 'ERR_NOT_RUNNING' });

  await machine.start();
  expect(await machine.state()).toBe('Running');
  expect(await machine.address()).toEqual(address);
  await machine.start();

  await machine.pause();
  expect(await machine.state()).toBe('Paused');
  const paused = { code: 'ERR_NOT_RUNNING', message: 'The machine "dev" is paused', hint: 'hvkit resume dev' };
  await expect(machine.exec('true')).rejects.toMatchObject(paused);
  await expect(machine.shell({ command: ['true'] })).rejects.toMatchObject(paused);
  await expect(machine.copyFrom('/etc/hostname', home.folder.path)).rejects.toMatchObject(paused);
  expect(await machine.address()).toEqual(address);
  await machine.resume();
  expect(await machine.state()).toBe('Running');

  await machine.restart();
  expect((await machine.exec('echo', ['hello'])).stdout).toBe('hello\n');
  await machine.kill();
  expect(await machine.state()).toBe('Stopped');
});

test('of one whose creation was interrupted nobody is advised to start it', async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  await machine.stop();
  const file = join(home.path, 'machines', 'dev', 'machine.json');
  writeFileSync(file, JSON.stringify({ ...home.file('dev'), phase: 'creating' }));
  for (const asked of [machine.exec('true'), machine.address(), machine.kill()]) {
    await expect(asked).rejects.toMatchObject({ code: 'ERR_UNFINISHED', hint: 'hvkit rm dev' });
  }
});

test('an ssh port that was taken meanwhile is another one after the start, and recorded', async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  const { sshPort } = await machine.address();
  await machine.stop();
  const server = createServer().listen(sshPort, '127.0.0.1');
  await once(server, 'listening');
  try {
    await machine.start();
    const moved = await machine.address();
    expect(moved.sshPort).not.toBe(sshPort);
    expect(home.file('dev')).toMatchObject({
      address: moved,
      resources: { forward: { properties: { host: moved.sshPort } } },
    });
    expect(home.warnings).toEqual([`Port ${sshPort} is in use: dev is at ${moved.sshPort}`]);
    expect((await machine.exec('true')).status).toBe(0);
  } finally {
    server.close();
  }
});

test("ssh's own programs reach a machine by the configuration that is written for them", async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  const file = join(home.folder.path, 'config');
  writeFileSync(file, await machine.sshConfig());
  const run = promisify(execFile);
  expect((await run('ssh', ['-F', file, 'dev', 'echo', 'hello'])).stdout).toBe('hello\n');
  await machine.stop();
  expect(await machine.sshConfig()).toBe(readFileSync(file, 'utf8'));
});

test('files go to a machine, to another one, and back', async () => {
  await using home = new TestHome();
  const hvkit = home.open();
  const [one, two] = await Promise.all(['one', 'two'].map((name) => hvkit.create(home.request(name))));
  const path = (name: string) => join(home.folder.path, name);
  writeFileSync(path('here'), 'a file');
  await one!.copyTo(path('here'), path('on one'));
  await one!.copyAcross(path('on one'), two!, path('on two'));
  await two!.copyFrom(path('on two'), path('back'));
  expect(readFileSync(path('back'), 'utf8')).toBe('a file');
});

test('a command in the terminal has the status of the remote one', async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  expect(await machine.shell({ command: ['exit', '7'], native: true })).toBe(7);
  await machine.stop();
  await expect(machine.shell()).rejects.toMatchObject({ code: 'ERR_NOT_RUNNING' });
});

test('what a machine prints on its console is kept', async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  let text = '';
  for await (const chunk of await machine.logs()) text += String(chunk);
  expect(text).toContain('booting as ssh');
  await expect(machine.console()).rejects.toMatchObject({
    code: 'ERR_UNSUPPORTED',
    message: 'The driver file of the machine "dev" cannot open its console',
  });
});

test('somebody else who changes the machine is named', async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  const path = join(home.path, 'locks', 'dev');
  using _lock = await lockFile(path, { description: 'x', command: 'hvkit restart dev' });
  await expect(machine.stop()).rejects.toMatchObject({
    code: 'ERR_LOCKED',
    message: expect.stringContaining('Machine "dev" is being changed by hvkit restart dev (pid') as string,
  });
  await expect(machine.stop({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORT_ERR' });
  // Readers wait for nobody.
  expect(await machine.state()).toBe('Running');
  // Nor does who pulls the plug.
  await machine.kill();
});

test('a guest that somebody else took away: the state says so, and the machine can be removed', async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  await machine.stop();
  const [id] = [JSON.parse(readFileSync(join(home.path, 'home.json'), 'utf8')) as { id: string }];
  rmSync(join(home.path, 'host', id.id), { recursive: true });
  await expect(machine.state()).rejects.toMatchObject({ code: 'ERR_TEST_NO_GUEST' });
  await expect(machine.start()).rejects.toMatchObject({ code: 'ERR_TEST_NO_GUEST' });
  await machine.remove();
  expect(home.remains).toEqual([]);
});

test('a damaged file is an error that changes nothing, and is no obstacle for others', async () => {
  await using home = new TestHome();
  const hvkit = home.open();
  const machine = await hvkit.create(home.request('dev'));
  const file = join(machine.folder, 'machine.json');
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, whole.slice(0, 100));
  for (const work of [machine.state(), machine.start(), machine.stop(), machine.remove(), hvkit.machines()]) {
    await expect(work).rejects.toMatchObject({ code: 'ERR_MACHINE_FILE' });
  }
  await expect(hvkit.create(home.request('dev'))).rejects.toMatchObject({ code: 'ERR_MACHINE_EXISTS' });
  expect(readFileSync(file, 'utf8')).toBe(whole.slice(0, 100));
  await hvkit.create(home.request('other'));
  writeFileSync(file, whole);
  expect(await machine.state()).toBe('Running');
});
