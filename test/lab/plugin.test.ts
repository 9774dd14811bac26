import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { definitionOf } from '../../src/drivers/plugin';
import type { Flag } from '../../src/drivers/plugin/flags';
import { PATIENCE } from '../../src/drivers/plugin/patience';
import { Hvkit, type CreateRequest, type HvkitOptions } from '../../src/index';
import { writeKeyPair } from '../../src/ssh/keys';
import { lifecycleSuite } from '../../src/testing';
import { buildCell, CELL, processesOf, withCell } from '../plugin/cell';
import { LARGE, Store } from '../plugin/store';
import { Folder } from '../support/folder';
import { ask, inside } from './provision';

const HVKIT = join(__dirname, '..', '..', 'bin', 'hvkit.js');

const flag = (name: string, kind: Flag['kind'], preset: Flag['preset']): Flag => ({
  name: `cell-${name}`,
  usage: name,
  variable: '',
  kind,
  preset,
});
const FLAGS = [
  flag('sshd', 'string', '/usr/sbin/sshd'),
  flag('token', 'string', 'open'),
  flag('size', 'number', 1),
  flag('dark', 'boolean', false),
  flag('tag', 'list', []),
  flag('trouble', 'string', ''),
];
const impatient = definitionOf({ name: 'cell', file: CELL, flags: FLAGS, patience: { ...PATIENCE, state: 1000 } });

/** A home of a test's own; nothing that runs for it may be left in the end. */
class Place implements AsyncDisposable {
  readonly home: string;
  readonly warnings: string[] = [];
  readonly #folder = new Folder();
  readonly #open: Hvkit[] = [];

  constructor() {
    this.home = join(this.#folder.path, 'home');
  }

  /** As another process would have it. */
  open(options: HvkitOptions = {}): Hvkit {
    const onWarning = (message: string): void => {
      this.warnings.push(message);
    };
    const hvkit = new Hvkit({ home: this.home, env: withCell(), onWarning, ...options });
    this.#open.push(hvkit);
    return hvkit;
  }

  get machines(): string[] {
    return readdirSync(join(this.home, 'machines'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [first = this.open()] = this.#open;
    for (const machine of await first.machines()) await machine.remove({ force: true });
    for (const each of this.#open) await each.close();
    const left = processesOf(this.home);
    await rm(this.#folder.path, { recursive: true, force: true });
    expect(left).toEqual([]);
  }
}

const request = (trouble = '', name = 'dev'): CreateRequest => ({
  name,
  driver: 'cell',
  options: { trouble, tag: ['a', 'b'] },
});

beforeAll(buildCell);

test('a driver for docker-machine is used as it is, by its own flags', async () => {
  await using place = new Place();
  const hvkit = place.open();
  const options = await hvkit.driverOptions('cell');
  expect(options.map(({ flag: each, variable, type }) => [each, variable, type])).toEqual([
    ['--cell-sshd', 'CELL_SSHD', 'string'],
    ['--cell-token', 'CELL_SECRET', 'string'],
    ['--cell-size', 'CELL_SIZE', 'number'],
    ['--cell-dark', 'CELL_DARK', 'boolean'],
    ['--cell-tag', 'CELL_TAG', 'list'],
    ['--cell-trouble', 'CELL_TROUBLE', 'string'],
  ]);
  const said: string[] = [];
  const machine = await hvkit.create(request(), { onProgress: ({ message }) => said.push(message) });
  expect(said).toContain('Digging the cell...');
  expect(place.warnings).toEqual([expect.stringMatching(/^"dev" was met for the first time: .* SHA256:/)]);
  expect((await machine.exec('echo', ['hello'])).stdout).toBe('hello\n');
  expect(place.machines).toEqual(['dev']);
  // Nothing of it is run to list what drivers there are.
  expect((await hvkit.drivers()).map(({ name }) => name)).not.toContain('cell');
  await hvkit.close();
  expect(processesOf(place.home).filter((each) => each.includes(CELL))).toEqual([]);
});

test("its own refusals are told in its words, and it is asked for with docker-machine's variables", async () => {
  await using place = new Place();
  const refused = place.open().create(request('refuse'));
  await expect(refused).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: 'cell: there is no room for another cell',
  });
  const poor = place.open({ env: withCell({ CELL_SECRET: '' }) });
  await expect(poor.create(request())).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: 'cell: cell driver requires the --cell-token option',
  });
  expect(place.machines).toEqual([]);
});

test.each([
  ['fails', 'fail', 'ERR_PLUGIN_FAILED', /the ground is too hard/],
  ['crashes', 'crash', 'ERR_PLUGIN_LOST', /in the middle of Create: it ended with status 2\n.*the roof came down/s],
])('one that %s while it makes a machine leaves nothing', async (_, trouble, code, words) => {
  await using place = new Place();
  await expect(place.open().create(request(trouble))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(words) as string,
  });
  expect(place.machines).toEqual([]);
});

test('interrupted, it is not left at work, and what it made is taken back', async () => {
  await using place = new Place();
  const over = new AbortController();
  const onProgress = ({ message }: { message: string }): void => {
    if (message.startsWith('Digging')) over.abort();
  };
  const making = place.open().create(request('slow'), { signal: over.signal, onProgress });
  await expect(making).rejects.toMatchObject({ code: 'ABORT_ERR' });
  expect(place.machines).toEqual([]);
});

test('one that hangs does not hold up the others', async () => {
  await using place = new Place();
  const hvkit = place.open({ drivers: [impatient] });
  const well = await hvkit.create(request('', 'well'));
  // It hangs from when it is made.
  await expect(hvkit.create(request('hang', 'ill'))).rejects.toMatchObject({ code: 'ERR_PLUGIN_TIMEOUT' });
  expect(await well.state()).toBe('Running');
});

test('what another process did is seen', async () => {
  await using place = new Place();
  const here = await place.open().create(request());
  const there = await place.open().machine('dev');
  await there.stop();
  await there.start();
  expect(await here.state()).toBe('Running');
  await there.kill();
  expect(await here.state()).toBe('Stopped');
});

test('another host key than the one that was seen first is refused', async () => {
  await using place = new Place();
  const machine = await place.open().create(request());
  await machine.stop();
  const folder = join(place.home, 'machines', 'dev');
  await rm(join(folder, 'host_key'));
  await writeKeyPair(folder, 'host_key', 'somebody else');
  await expect(machine.start({ timeoutMs: 3000 })).rejects.toMatchObject({
    code: 'ERR_NOT_READY',
    message: expect.stringContaining('shows another host key than the machine has') as string,
  });
  await expect(machine.exec('true')).rejects.toMatchObject({ code: 'ERR_SSH_HOST_KEY' });
});

test.each([
  ['the name of before docker-machine 0.5.1 is known', { CELL_OLD: '1' }, undefined],
  ['another version of the protocol is refused', { CELL_VERSION: '2' }, 'ERR_PLUGIN_VERSION'],
])('%s', async (_, env, code) => {
  await using place = new Place();
  const asked = place.open({ env: withCell(env) }).driverOptions('cell');
  if (code === undefined) expect(await asked).toHaveLength(6);
  else await expect(asked).rejects.toMatchObject({ code });
});

test('killed while it makes a machine, hvkit leaves no program behind, and rm takes away the rest', async () => {
  await using place = new Place();
  const args = ['create', '--driver', 'cell', '--cell-trouble', 'slow', 'dev'];
  const child = spawn(process.execPath, [HVKIT, ...args], {
    env: withCell({ HVKIT_HOME: place.home }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  for await (const chunk of child.stderr) {
    said += String(chunk);
    if (said.includes('Digging')) break;
  }
  expect(processesOf(place.home)).not.toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'close');
  // A program that nobody asks how it is ends by itself, after ten seconds.
  while (processesOf(place.home).length > 0) await delay(200);
  const machine = await place.open().machine('dev');
  await machine.remove();
  expect(place.machines).toEqual([]);
});

// The second one is called as a driver of hvkit's own is, which has nothing to do with it.
test.each(['cell', 'kvm'])("a machine of docker-machine's driver %s is a machine here, as it is", async (driver) => {
  await using store = await new Store(driver).fill();
  const before = readFileSync(join(store.folder, 'config.json'), 'utf8');
  const told = (what: string): string =>
    `Machine "box" (${driver}) ${what} taken over.\n` +
    `  Its disks and keys stay in ${store.folder}. It is docker-machine's as well: hvkit rm box removes it for both.\n`;
  expect(await store.run('import', '--dry-run')).toEqual({ status: 0, stdout: told('would be'), stderr: '' });
  expect(existsSync(store.home)).toBe(false);
  expect(await store.run('import')).toEqual({ status: 0, stdout: told('was'), stderr: '' });
  const own = join(store.home, 'machines', 'box');
  expect(readFileSync(join(own, 'machine.json'), 'utf8')).toContain(LARGE);
  expect(readdirSync(own).sort()).toEqual([
    ...['ca.pem', 'cert.pem', 'key.pem', 'machine.json', 'server-key.pem', 'server.pem'],
  ]);

  const { stdout } = await store.run('ls', '-f', '{{.Name}} {{.DriverName}} {{.State}}');
  expect(stdout).toBe(`box ${driver} Running\n`);
  expect(await store.run('ip', 'box')).toMatchObject({ stdout: '127.0.0.1\n' });
  // All that its driver wrote.
  const { stdout: shown } = await store.run('inspect', '-f', '{{.Driver.IPAddress}} {{.Driver.Made}}', 'box');
  expect(shown).toBe('127.0.0.1 true\n');
  expect(await store.run('exec', 'box', 'echo', 'here')).toMatchObject({ status: 0, stdout: 'here\n' });
  const { stdout: variables } = await store.run('env', '--shell', 'bash', 'box');
  expect(variables).toContain('tcp://127.0.0.1:2376');
  expect(variables).toContain(own);
  // Nothing else: the one that this test has made is good for a day.
  expect((await store.run('doctor')).stdout).toMatch(/^box: The certificate of its Docker ends on .*\n {2}Try: .*\n$/);

  await store.hosts.answer('127.0.0.1', '24.0.9');
  const machine = await store.open().machine('box');
  expect(machine.inspect()).toMatchObject({
    importedFrom: store.path,
    spec: { docker: { engine: { labels: ['role=ci'] } } },
  });
  await machine.stop();
  expect(await machine.state()).toBe('Stopped');
  await machine.start();
  expect((await machine.exec('echo', ['again'])).stdout).toBe('again\n');

  expect(await store.run('rm', '-y', 'box')).toMatchObject({ status: 0 });
  expect(existsSync(own)).toBe(false);
  expect(existsSync(join(store.folder, 'id_rsa'))).toBe(false);
  expect(processesOf(store.path)).toEqual([]);
  // What docker-machine wrote is still there to be read.
  expect(readFileSync(join(store.folder, 'config.json'), 'utf8')).toBe(before);
  expect(existsSync(join(store.folder, 'server-key.pem'))).toBe(true);
});

test('one that was taken over is made a Docker host anew, and gets certificates of this home', async () => {
  await using store = new Store('cell');
  const sshd = join(store.hosts.folder.path, 'sshd');
  const system = join(store.hosts.folder.path, 'system');
  writeFileSync(sshd, `#!/bin/sh\n${inside(`'${system}'`)} "$@"\n`, { mode: 0o755 });
  await store.fill({ sshd });
  expect(await store.run('import')).toMatchObject({ status: 0 });
  const own = join(store.home, 'machines', 'box');
  const pem = (name: string): string => readFileSync(join(own, name), 'utf8');
  const theirs = ['ca.pem', 'cert.pem', 'key.pem', 'server.pem'].map(pem);

  expect(await store.run('provision', 'box')).toMatchObject({
    status: 0,
    stdout: 'Machine "box" is a Docker host.\n',
  });
  const machine = await store.open().machine('box');
  expect(await ask(await machine.docker(), '/info')).toEqual({ Labels: ['provider=cell', 'role=ci'] });
  const ours = ['ca.pem', 'cert.pem', 'key.pem', 'server.pem'].map(pem);
  for (const [index, text] of theirs.entries()) expect(ours[index]).not.toBe(text);

  expect(await store.run('regenerate-certs', '-f', '--client-certs', 'box')).toMatchObject({ status: 0 });
  for (const [index, name] of ['ca.pem', 'server.pem'].entries()) expect(pem(name)).not.toBe(ours[index * 3]);
  expect(await ask(await machine.docker(), '/version')).toEqual({ Version: '20.10.24' });
  expect(await store.run('doctor')).toMatchObject({ status: 0, stdout: 'All is as it should be.\n' });
  // What docker-machine has of it is of use no more, and still there.
  expect(readFileSync(join(store.folder, 'server.pem'), 'utf8')).toBe(theirs[3]);
  expect(await store.run('rm', '-y', 'box')).toMatchObject({ status: 0 });
});

test('purge forgets it, and it runs on', async () => {
  await using store = await new Store('cell').fill();
  expect(await store.open().import()).toEqual([{ name: 'box', driver: 'cell', files: store.folder }]);
  await store.open().purge();
  expect(await store.open().list()).toEqual([]);
  expect(processesOf(store.path)).not.toEqual([]);
  expect(existsSync(join(store.folder, 'id_rsa'))).toBe(true);
  // As a host, also where the program is.
  const [outcome] = await store.open().import({ asHosts: true, acceptHostKeys: true });
  expect(outcome).toEqual({ name: 'box', driver: 'cell' });
  expect((await store.open().machine('box')).inspect()).toMatchObject({ driver: 'generic' });
});

test('one that its driver knows nothing of, or whose files are elsewhere, is told of and left', async () => {
  await using store = await new Store('cell').fill();
  const file = join(store.folder, 'config.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"Made":true', '"Made":false'));
  const unknown = await store.run('import');
  expect(unknown).toMatchObject({ status: 1, stdout: '' });
  expect(unknown.stderr).toContain('"box", of the driver cell: The driver "cell" knows of no machine "box"');
  writeFileSync(file, text.replaceAll(store.path, '/gone'));
  const moved = await store.run('import');
  expect(moved.stderr).toContain('is to be in /gone/machines/box, which is not there');
  expect(readdirSync(join(store.home, 'machines'))).toEqual([]);
});

/** What no such driver can do: it marks nothing, and which machine is meant stands in what it wrote itself. */
const BEYOND = [/by its mark/, /of one that is not there/, /made again/];

lifecycleSuite({
  definition: impatient,
  label: 'cell',
  run: {
    test: (name, body) => {
      if (!BEYOND.some((each) => each.test(name))) test(name, body);
    },
    after: afterAll,
  },
});
