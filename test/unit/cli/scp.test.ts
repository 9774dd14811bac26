import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { fileDriver } from '../../support/file-driver';
import { TestHome } from '../../support/home';
import { hvkit, type Ran } from './command-line';
import { Program } from './program';

let home: TestHome;
/** Folders of this host; those of a machine are the same ones. */
let here: string;
let there: string;

beforeAll(async () => {
  home = new TestHome();
  const program = home.open();
  await Promise.all(['dev', 'db'].map((name) => program.create(home.request(name))));
  here = join(home.folder.path, 'here');
  there = join(home.folder.path, 'there');
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

beforeEach(() => {
  for (const folder of [here, there]) {
    execFileSync('rm', ['-rf', folder]);
    mkdirSync(folder);
  }
});

function run(argv: readonly string[], stdin: Readable = Readable.from([])): Promise<Ran> {
  return hvkit(argv, { home: home.path, drivers: [fileDriver], stdin });
}

describe('scp', () => {
  test('a file there and back, with its mode', async () => {
    writeFileSync(join(here, 'a file'), 'content', { mode: 0o750 });
    expect(await run(['scp', '-q', join(here, 'a file'), `dev:${there}`])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(await run(['scp', '-q', `dev:${there}/a file`, join(here, 'back')])).toMatchObject({ status: 0 });
    expect(readFileSync(join(here, 'back'), 'utf8')).toBe('content');
    expect(statSync(join(here, 'back')).mode & 0o777).toBe(0o750);
  });

  test('a folder from one machine to another', async () => {
    mkdirSync(join(here, 'tree/sub'), { recursive: true });
    writeFileSync(join(here, 'tree/sub/file'), 'x');
    expect(await run(['scp', '-r', `dev:${here}/tree`, `db:${there}`])).toMatchObject({ status: 0 });
    expect(readFileSync(join(there, 'tree/sub/file'), 'utf8')).toBe('x');
  });

  test('a folder without -r is refused, and the error has the flag', async () => {
    const { status, stderr } = await run(['scp', here, `dev:${there}`]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/is a folder/);
    expect(stderr).toContain('-r');
  });

  test('-d: rsync, by which only what differs is sent', async () => {
    mkdirSync(join(here, 'a tree'));
    writeFileSync(join(here, 'a tree', "it's"), 'x');
    const fresh = join(there, 'new');
    mkdirSync(fresh);
    expect(await run(['scp', '-d', '-r', join(here, 'a tree'), `dev:${fresh}`])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(join(fresh, 'a tree', "it's"), 'utf8')).toBe('x');
    expect(await run(['scp', '-d', `dev:${fresh}/a tree/it's`, join(here, 'back')])).toMatchObject({ status: 0 });
    expect(readFileSync(join(here, 'back'), 'utf8')).toBe('x');
    for (const [words, says] of [
      [[join(here, 'a tree'), `dev:${fresh}`], 'is a folder'],
      [[`dev:${fresh}/none`, here], 'rsync ended with status 23\n  rsync: '],
      [[`dev:${fresh}/a tree`, `db:${there}`], 'not from one machine to another'],
    ] as const) {
      const ran = await run(['scp', '-d', ...words]);
      expect(ran.status).toBe(1);
      expect(ran.stderr).toContain(says);
    }
  });

  test('several files go into a folder, or nowhere', async () => {
    for (const name of ['a', 'b']) writeFileSync(join(here, name), name);
    const files = [join(here, 'a'), join(here, 'b')];
    expect(await run(['scp', ...files, `dev:${there}`])).toMatchObject({ status: 0 });
    expect(readdirSync(there)).toEqual(['a', 'b']);
    expect(await run(['scp', ...files, `dev:${there}/none`])).toMatchObject({ status: 1 });
    expect(readdirSync(there)).toEqual(['a', 'b']);
  });
});

describe('ssh', () => {
  test('words are one line for the shell; outputs, input and status are passed through', async () => {
    const line = ['ssh', 'dev', 'cat;', 'echo $((6 * 7)) >&2; exit 7'];
    expect(await run(line, Readable.from(['input']))).toEqual({ status: 7, stdout: 'input', stderr: '42\n' });
  });

  test('127 for what is not there', async () => {
    expect(await run(['ssh', 'dev', '/no/such'])).toMatchObject({ status: 127 });
  });

  test("options are those of the system's ssh, as docker-machine has it", async () => {
    const server = createServer((socket) => socket.end('from the machine'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const end = join(here, 'end');
    const tunnel = `${end}:127.0.0.1:${(server.address() as AddressInfo).port}`;
    const program = new Program(home, [
      'ssh',
      'dev',
      '-L',
      tunnel,
      '-o',
      'BatchMode=yes',
      'echo begun; read go; exit 7',
    ]);
    await program.prints(/begun/);
    expect(await text(connect(end))).toBe('from the machine');
    program.type('go\n');
    expect(await program.ends()).toEqual({ status: 7, stdout: 'begun\n', stderr: '' });
    server.close();
    const native = await new Program(home, ['--native-ssh', 'ssh', 'dev', '-N']).ends();
    expect(native).toMatchObject({ status: 2, stdout: '' });
    expect(native.stderr).toContain('"-N" is an option of the system\'s ssh');
  });
});

test('a tunnel of the library, until it is closed', async () => {
  const server = createServer((socket) => socket.end('from the machine'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const machine = await home.open().machine('dev');
  const tunnel = await machine.forward({ to: { port: (server.address() as AddressInfo).port } });
  expect(await text(connect({ ...tunnel.from, host: '127.0.0.1' }))).toBe('from the machine');
  await tunnel.close();
  server.close();
});

test('ssh-config is one that ssh takes', async () => {
  const { stdout } = await run(['ssh-config', 'dev']);
  const config = join(here, 'config');
  writeFileSync(config, stdout);
  expect(execFileSync('ssh', ['-F', config, 'dev', 'echo', 'hello'], { encoding: 'utf8' })).toBe('hello\n');
});
