import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import type { ConfiguredHost } from '../../../src/ssh/config';
import { shell, type ShellOptions } from '../../../src/ssh/interactive';
import { writeKnownHosts } from '../../../src/ssh/known-hosts';
import type { Terminal } from '../../../src/ssh/terminal';
import { quote } from '../../../src/ssh/quote';
import { Sshd } from './sshd';

let sshd: Sshd;
let host: ConfiguredHost;

beforeAll(async () => {
  sshd = await Sshd.start();
  const target = sshd.target;
  host = { name: 'dev', target, knownHostsFile: await writeKnownHosts(sshd.folder, 'dev', target) };
});

afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
});

/** A person at a terminal of 132 columns, and after the shell the state that it left the terminal in. */
class Person {
  readonly #process: ChildProcess;
  #seen = '';
  #wake: () => void = () => undefined;

  constructor(options: ShellOptions, variable = 'TERM=xterm', whose: ConfiguredHost = host) {
    const child = [
      '/usr/bin/env',
      variable,
      process.execPath,
      join(__dirname, 'children/shell.js'),
      JSON.stringify({ host: whose, options }),
    ];
    const line = `stty rows 40 cols 132; ${child.map(quote).join(' ')}; echo "status $?"; stty -a | grep -ow -e -\\\\?icanon -e -\\\\?echo`;
    this.#process = spawn('script', ['-qefc', line, '/dev/null'], { stdio: 'pipe' });
    this.#process.stdout?.on('data', (bytes: Buffer) => {
      this.#seen += bytes.toString().replaceAll('\r', '');
      this.#wake();
    });
  }

  type(keys: string): void {
    this.#process.stdin?.write(keys);
  }

  /** A wait that lasts too long tells what was seen in place of it. */
  async sees(what: RegExp): Promise<void> {
    const late = AbortSignal.timeout(60_000);
    while (!what.test(this.#seen)) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        late.onabort = () => {
          reject(new Error(`Not seen: ${String(what)}, but ${JSON.stringify(this.#seen)}`));
        };
      });
    }
  }

  async leaves(): Promise<string> {
    await this.sees(/echo\n$/);
    this.#process.stdin?.end();
    await once(this.#process, 'close');
    return this.#seen.slice(this.#seen.lastIndexOf('status'));
  }
}

describe.each([
  ["the system's ssh", {}],
  ["hvkit's own", { native: true }],
])('a shell by %s', (_name, options) => {
  test('has a terminal of the same size, its status is told, and the terminal is as it was', async () => {
    const person = new Person(options);
    await person.sees(/\$ $/);
    person.type('stty size; echo is "$((6 * 7))"\r');
    // And asks again: what is typed before that would be echoed before the prompt, which then begins the next line.
    await person.sees(/40 132\nis 42\n[^]*\$ $/);
    // Ctrl-C is a key of the remote terminal, and ends no more than what runs there.
    // It says so itself: until it has the terminal, the key would be the shell's.
    person.type("sh -c 'echo started; exec sleep 600'\r");
    await person.sees(/\nstarted\n/);
    person.type('\x03');
    // The signal goes out before the key is echoed: the shell may ask again before "^C" is written.
    await person.sees(/\nstarted\n(?=[^]*\^C)(?=[^]*\$ )/);
    person.type('exit 7\r');
    expect(await person.leaves()).toBe('status 7\nicanon\necho\n');
  });

  test('that loses its connection ends, and leaves the terminal as it was', async () => {
    const person = new Person(options);
    await person.sees(/\$ $/);
    person.type('kill -9 $PPID\r');
    expect(await person.leaves()).toMatch(/^status (255|99)\nicanon\necho\n$/);
  });
});

test('without ssh in the PATH the shell is our own', async () => {
  const person = new Person({}, 'PATH=/nowhere');
  await person.sees(/\$ $/);
  person.type('exit 3\r');
  expect(await person.leaves()).toBe('status 3\nicanon\necho\n');
});

test('an encrypted key is with the agent that is named, and not with that of the environment', async () => {
  const identityFile = join(sshd.folder, 'encrypted');
  const agent = join(sshd.folder, 'agent');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', identityFile]);
  sshd.authorize(readFileSync(`${identityFile}.pub`, 'utf8'));
  const daemon = spawn('ssh-agent', ['-D', '-a', agent], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(daemon.stdout, 'data');
    const asking = { SSH_ASKPASS: join(__dirname, 'askpass'), SSH_ASKPASS_REQUIRE: 'force' };
    execFileSync('ssh-add', ['-q', identityFile], { env: { ...process.env, SSH_AUTH_SOCK: agent, ...asking } });
    const encrypted = { ...host, target: { ...host.target, identityFile } };
    const command = { command: 'exit 6', agent, terminal: streams(Readable.from([])) };
    expect(await shell(encrypted, command)).toBe(6);
    const person = new Person({ agent }, 'SSH_AUTH_SOCK=/nowhere', encrypted);
    await person.sees(/\$ $/);
    person.type('exit 5\r');
    expect(await person.leaves()).toMatch(/^status 5\n/);
  } finally {
    daemon.kill();
  }
});

test('a command in a terminal has one as well', async () => {
  const person = new Person({ command: 'stty size; test -t 0 && exit 5' });
  await person.sees(/40 132/);
  expect(await person.leaves()).toBe('status 5\nicanon\necho\n');
});

function streams(stdin: Readable): Terminal & { stdout: PassThrough; stderr: PassThrough } {
  return { stdin, stdout: new PassThrough(), stderr: new PassThrough() };
}

test('a command without a terminal has what it is given, and its outputs apart', async () => {
  const terminal = streams(Readable.from(['input\n']));
  expect(await shell(host, { command: 'cat; echo err >&2; test -t 0 || exit 4', terminal })).toBe(4);
  terminal.stdout.end();
  terminal.stderr.end();
  expect(await text(terminal.stdout)).toBe('input\n');
  expect(await text(terminal.stderr)).toBe('err\n');
});

test('a signal is 128 and its number, and a program that is not there 127', async () => {
  expect(await shell(host, { command: 'kill -KILL $$', terminal: streams(Readable.from([])) })).toBe(137);
  expect(await shell(host, { command: '/no/such', terminal: streams(Readable.from([])) })).toBe(127);
});

test('an abort ends it', async () => {
  const abort = new AbortController();
  const terminal = streams(new PassThrough());
  const running = shell(host, { command: 'echo up; exec sleep 600', terminal, signal: abort.signal });
  await once(terminal.stdout, 'data');
  abort.abort();
  await expect(running).rejects.toMatchObject({ code: 'ABORT_ERR' });
});

test('another host key is refused, and nobody logs in', async () => {
  await using other = await Sshd.start();
  const target = { ...other.target, hostKey: sshd.host.publicKey };
  await expect(
    shell({ ...host, target }, { command: 'true', terminal: streams(Readable.from([])) }),
  ).rejects.toMatchObject({
    code: 'ERR_SSH_HOST_KEY',
  });
});
