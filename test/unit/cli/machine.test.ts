import { execFile } from 'node:child_process';
import { createServer, connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { parse } from 'yaml';

import { Context } from '../../../src/cli/context';
import { attach } from '../../../src/cli/terminal';
import { fileDriver } from '../../support/file-driver';
import { TestHome } from '../../support/home';
import { Head, hvkit, Sink, type Ran } from './command-line';

const home = new TestHome();
const env = { PATH: process.env['PATH'], HOME: home.folder.path };

function run(...argv: string[]): Promise<Ran> {
  return hvkit(argv, { home: home.path, drivers: [fileDriver], env });
}

beforeAll(async () => {
  expect(await run('create', '--image', home.image, 'dev', 'default')).toMatchObject({ status: 0 });
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

describe('exec', () => {
  test.each<[string[], Partial<Ran>]>([
    [['true'], { status: 0 }],
    [['sh', '-c', 'exit 7'], { status: 7 }],
    [['sh', '-c', 'exit 255'], { status: 255 }],
    [['sh', '-c', 'kill -TERM $$'], { status: 143 }],
    [['sh', '-c', 'kill -KILL $$'], { status: 137 }],
    [['no-such-command'], { status: 127 }],
    [['sh', '-c', 'echo out; echo err >&2'], { status: 0, stdout: 'out\n', stderr: 'err\n' }],
    [
      ['printf', '<%s>', 'a b', '', '$HOME', "it's", '*', '-n', '--help'],
      { stdout: "<a b><><$HOME><it's><*><-n><--help>" },
    ],
    [['--', 'echo', '--', '-o'], { stdout: '-- -o\n' }],
  ])('%j', async (words, expected) => {
    expect(await run('exec', 'dev', ...words)).toMatchObject(expected);
  });

  test('reads what it is given, unless it is not to', async () => {
    const options = { home: home.path, drivers: [fileDriver], env };
    const given = (): PassThrough => {
      const stdin = new PassThrough();
      stdin.end('from here\n');
      return stdin;
    };
    expect(await hvkit(['exec', 'dev', 'cat'], { ...options, stdin: given() })).toMatchObject({
      stdout: 'from here\n',
    });
    expect(await hvkit(['exec', '-n', 'dev', 'cat'], { ...options, stdin: given() })).toMatchObject({ stdout: '' });
  });
});

test.each(['ssh', 'exec'])('%s ends what goes on printing when nobody reads any more', async (command) => {
  const stdout = new Head();
  const ran = await hvkit([command, 'dev', 'yes'], { home: home.path, drivers: [fileDriver], env, stdout });
  expect(stdout.text).toMatch(/^y\ny\n/);
  expect(ran).toMatchObject({ status: 141, stderr: '' });
});

describe('-o', () => {
  test.each<[string[], unknown]>([
    [['status', 'dev'], { name: 'dev', state: 'Running' }],
    [
      ['ip', 'dev', 'default'],
      [
        { name: 'dev', ip: '127.0.0.1', sshPort: expect.any(Number) as number },
        { name: 'default', ip: '127.0.0.1', sshPort: expect.any(Number) as number },
      ],
    ],
    [['inspect', 'dev'], expect.objectContaining({ name: 'dev', driver: 'file', phase: 'ready' })],
  ])('json and yaml of %j say the same', async (argv, expected) => {
    const json = await run(...argv, '-o', 'json');
    const yaml = await run(...argv, '-o', 'yaml');
    expect(JSON.parse(json.stdout)).toEqual(expected);
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
    expect([json, yaml]).toMatchObject([
      { status: 0, stderr: '' },
      { status: 0, stderr: '' },
    ]);
  });
});

describe('inspect -f', () => {
  test.each([
    ['{{.DriverName}} {{.name}}', 'file dev\n'],
    ['{{.Driver.IPAddress}}:{{if gt .Driver.SSHPort 22}}port{{end}}', '127.0.0.1:port\n'],
    ['{{json .Driver.MachineName}}', '"dev"\n'],
    ['{{.spec.disk}} {{eq .spec.cpus 2}}', '21474836480 true\n'],
    ['{{.Nothing}}', '<no value>\n'],
  ])('%s', async (format, stdout) => {
    expect(await run('inspect', '-f', format, 'dev')).toEqual({ status: 0, stdout, stderr: '' });
  });

  test('a template that is wrong is a wrong command line', async () => {
    const ran = await run('inspect', '-f', '{{.Name', 'dev');
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain('Error: template: line 1: unclosed action');
    expect(await run('inspect', '-f', '{{.Name}}', '-o', 'yaml', 'dev')).toMatchObject({ status: 2 });
  });
});

test('without a name it is the machine "default"', async () => {
  expect(await run('status')).toEqual({ status: 0, stdout: 'Running\n', stderr: '' });
});

test("the sentences are docker-machine's", async () => {
  expect(await run('start', 'dev')).toMatchObject({ status: 0, stdout: 'Machine "dev" is already running.\n' });
  expect(await run('pause', 'dev')).toMatchObject({ status: 0 });
  expect(await run('status', 'dev')).toMatchObject({ stdout: 'Paused\n' });
  expect(await run('resume', 'dev')).toMatchObject({ status: 0 });
  expect(await run('stop', 'dev')).toMatchObject({ status: 0, stdout: 'Machine "dev" was stopped.\n' });
  expect(await run('stop', 'dev')).toMatchObject({ status: 0, stdout: 'Machine "dev" is already stopped.\n' });
  expect(await run('ip', 'dev')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Host is not running') as string,
  });
  expect(await run('exec', 'dev', 'true')).toMatchObject({ status: 255 });
  expect(await run('start', 'dev')).toMatchObject({ status: 0, stdout: 'Machine "dev" was started.\n' });
  expect(await run('kill', 'dev')).toMatchObject({ status: 0 });
  expect(await run('rm', '-y', 'dev')).toMatchObject({ status: 0, stdout: 'Successfully removed dev\n' });
  expect(await run('rm', '-f', 'dev')).toMatchObject({ status: 0, stdout: 'Docker machine "dev" does not exist.\n' });
});

test('of several, one that fails keeps the others from nothing', async () => {
  const { status, stdout, stderr } = await run('status', 'nope');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('Docker machine "nope" does not exist');
  const both = await run('ip', 'nope', 'default');
  expect(both).toMatchObject({ status: 1, stdout: '127.0.0.1\n' });
});

test.each(['--help', 'completion bash', 'help create'])(
  'nobody who reads to the end of `hvkit %s` is no failure',
  async (line) => {
    const program = join(__dirname, 'children', 'hvkit.js');
    const { status, stderr } = await new Promise<Ran>((resolve) => {
      // The reader is gone before anything is written; the last line is the writer's status.
      const script = `"$0" "$1" ${line} | true; echo "\${PIPESTATUS[0]}"`;
      execFile('bash', ['-c', script, process.execPath, program], { env }, (_error, stdout, stderr) => {
        resolve({ status: Number(stdout), stdout, stderr });
      });
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
);

describe('a console', () => {
  /** A guest's console at the other end of a real connection, and somebody at the keys. */
  async function console(): Promise<{
    keys: PassThrough;
    guest: NodeJS.ReadWriteStream;
    detached: Promise<boolean>;
    seen: Sink;
  }> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const stream = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [guest] = (await once(server, 'connection')) as [NodeJS.ReadWriteStream];
    server.close();
    const keys = new PassThrough();
    const seen = new Sink();
    const detached = attach(new Context({ env: {}, stdin: keys, stdout: seen, stderr: new Sink() }), stream);
    return { keys, guest, detached, seen };
  }

  test('has what is typed, Ctrl-C as well, until the detach key', async () => {
    const { keys, guest, detached } = await console();
    const typed: Buffer[] = [];
    guest.on('data', (bytes: Buffer) => typed.push(bytes));
    const ended = once(guest, 'end');
    keys.write('ls\r\x03');
    keys.write('exit\r\x1dnot for the guest');
    expect(await detached).toBe(true);
    await ended;
    expect(Buffer.concat(typed).toString()).toBe('ls\r\x03exit\r');
  });

  test('shows what the guest prints, and ends with it', async () => {
    const { guest, detached, seen } = await console();
    guest.end('login: ');
    expect(await detached).toBe(false);
    expect(seen.text).toBe('login: ');
  });
});

test.each([[[]], [['--xhyve-cpu-count', '2']]])(
  'the driver of another system is refused with status 3, and one that works here is named: %j',
  async (flags) => {
    const { status, stderr } = await hvkit(['create', '--driver', 'xhyve', ...flags, 'mac'], { home: home.path, env });
    expect(status).toBe(3);
    expect(stderr).toContain('The driver "xhyve" works on darwin and not on linux');
    expect(stderr).toContain('kvm');
  },
);
