import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generic } from '../../../src/drivers/generic';
import { writeKeyPair } from '../../../src/ssh/keys';
import { fingerprint } from '../../../src/ssh/public-key';
import { lifecycleSuite } from '../../../src/testing';
import { Folder } from '../../support/folder';
import { hvkit, type Ran } from '../cli/command-line';
import { Relay } from '../ssh/relay';
import { freePort, Sshd } from '../ssh/sshd';

/** A home of hvkit, and one of the user whose keys are looked for. */
class Place implements Disposable {
  readonly #folder = new Folder();
  readonly user = join(this.#folder.path, 'user');
  readonly home = join(this.#folder.path, 'home');
  env: NodeJS.ProcessEnv = { HOME: this.user };

  constructor() {
    mkdirSync(join(this.user, '.ssh'), { recursive: true });
  }

  get knownHosts(): string {
    return join(this.user, '.ssh', 'known_hosts');
  }

  run(...argv: string[]): Promise<Ran> {
    return hvkit(argv, { home: this.home, env: this.env });
  }

  create(name: string, host: Pick<Sshd, 'port' | 'name'>, ...more: string[]): Promise<Ran> {
    const flags = ['--generic-ip-address', '127.0.0.1', '--generic-ssh-port', `${host.port}`];
    return this.run('create', '-d', 'generic', ...flags, '--generic-ssh-user', host.name, ...more, name);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

const keyOf = (host: Sshd): string[] => ['--generic-ssh-key', host.user.privateFile];
const trustIn = (host: Sshd): string[] => ['--generic-host-key', host.host.publicKey];
const MADE_NOTHING = { stdout: '' };

let sshd: Sshd;
// sshd's configuration has no way to write a space.
const tools = mkdtempSync(join(tmpdir(), 'hvkit-'));
const sudo = join(tools, 'sudo');
/** What that was asked for; the session that asks ends, as it would with the host. */
const asked = join(tools, 'asked');
/** For the suite, whose request is there before the host is. */
const options: Record<string, string | number> = { ipAddress: '127.0.0.1' };

beforeAll(async () => {
  writeFileSync(asked, '');
  writeFileSync(
    sudo,
    `#!/bin/sh\nprintf '%s\\n' "$*" >>${asked}\nread -r _ _ _ session _ </proc/$PPID/stat\nkill -KILL $session\n`,
  );
  for (const path of [tools, sudo]) chmodSync(path, 0o755);
  chmodSync(asked, 0o666);
  sshd = await Sshd.start({ config: [`SetEnv PATH=${tools}:/usr/bin:/bin`] });
  Object.assign(options, {
    sshPort: sshd.port,
    sshUser: sshd.name,
    sshKey: sshd.user.privateFile,
    hostKey: sshd.host.publicKey,
  });
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  rmSync(tools, { recursive: true });
});

lifecycleSuite({ definition: generic, run: { test, after: afterAll }, request: { options } });

describe('its host key', () => {
  test('that nobody knows is refused, with what it shows; and is taken where that is asked for, and said', async () => {
    using place = new Place();
    const shown = fingerprint(sshd.host.publicKey);
    const { status, stderr } = await place.create('dev', sshd, ...keyOf(sshd));
    expect(status).toBe(3);
    expect(stderr).toContain(`is not known; the one that it shows is ${shown} (ssh-ed25519)`);
    expect(stderr).toContain(`ssh-keyscan -p ${sshd.port} 127.0.0.1 | ssh-keygen -lf -`);
    expect(stderr).toContain('--generic-accept-host-key');
    expect(await place.run('ls', '-q')).toMatchObject(MADE_NOTHING);

    const taken = await place.create('dev', sshd, ...keyOf(sshd), '--generic-accept-host-key');
    expect(taken.stderr).toContain(`was taken for its own: ${shown} (ssh-ed25519)`);
    expect(taken.status).toBe(0);
    expect(await place.run('exec', 'dev', 'echo', 'hello')).toMatchObject({ status: 0, stdout: 'hello\n' });
  });

  test.each(['plain', 'hashed'])('is found in known_hosts, %s', async (how) => {
    using place = new Place();
    writeFileSync(place.knownHosts, `other ${sshd.user.publicKey}\n[127.0.0.1]:${sshd.port} ${sshd.host.publicKey}\n`);
    if (how === 'hashed') {
      execFileSync('ssh-keygen', ['-H', '-f', place.knownHosts], { stdio: 'ignore' });
      expect(readFileSync(place.knownHosts, 'utf8')).not.toContain('127.0.0.1');
    }
    expect(await place.create('dev', sshd, ...keyOf(sshd))).toMatchObject({ status: 0 });
  });

  test.each([
    ['another than the known one', '', 'is none of those that are known'],
    ['one that is revoked', '@revoked ', 'is revoked'],
  ])('that is %s is refused, whatever is to be accepted', async (_, marker, why) => {
    using place = new Place();
    const key = marker === '' ? sshd.user.publicKey : sshd.host.publicKey;
    writeFileSync(place.knownHosts, `${marker}[127.0.0.1]:${sshd.port} ${key}\n`);
    const { status, stderr } = await place.create('dev', sshd, ...keyOf(sshd), '--generic-accept-host-key');
    expect(stderr).toContain(why);
    expect(status).toBe(3);
    expect(await place.run('ls', '-q')).toMatchObject(MADE_NOTHING);
  });

  test('of a file is taken; that changes later, is refused from then on', async () => {
    using place = new Place();
    const port = await freePort();
    let host = await Sshd.start({ port });
    try {
      const file = ['--generic-host-key', `${host.host.privateFile}.pub`];
      expect(await place.create('dev', host, ...keyOf(sshd), ...file)).toMatchObject({ status: 3 });
      const own = join(place.user, 'own');
      copyFileSync(host.user.privateFile, own);
      expect(await place.create('dev', host, '--generic-ssh-key', own, ...file)).toMatchObject({ status: 0 });
      await host[Symbol.asyncDispose]();
      host = await Sshd.start({ port });
      const { status, stderr } = await place.run('exec', 'dev', 'true');
      expect(status).toBe(255);
      expect(stderr).toContain('shows another host key than the machine has');
      // It is a server all the same.
      expect(await place.run('status', 'dev')).toMatchObject({ stdout: 'Running\n' });
    } finally {
      await host[Symbol.asyncDispose]();
    }
  });
});

describe('the way in', () => {
  test('by the usual file of the user, and by a key that only the agent has', async () => {
    using place = new Place();
    const usual = await writeKeyPair(join(place.user, '.ssh'), 'id_ed25519', 'usual');
    // With one that the host does not know it is tried, and the next is taken.
    const held = await writeKeyPair(join(place.user, 'held'), 'key', 'held');
    sshd.authorize(held.publicKey);
    const none = await place.create('dev', sshd, ...trustIn(sshd));
    expect(none.status).toBe(3);
    expect(none.stderr).toContain(`the server does not let "${sshd.name}" in with the key ${usual.fingerprint}`);
    expect(none.stderr).toContain('no agent runs');

    const socket = join(place.user, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(agent.stdout, 'data');
      place.env = { ...place.env, SSH_AUTH_SOCK: socket };
      execFileSync('ssh-add', ['-q', held.privateFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      rmSync(held.privateFile);
      expect(await place.create('dev', sshd, ...trustIn(sshd))).toMatchObject({ status: 0 });
      expect(await place.run('exec', 'dev', 'echo', 'hello')).toMatchObject({ status: 0, stdout: 'hello\n' });
    } finally {
      agent.kill();
      await once(agent, 'exit');
    }

    sshd.authorize(usual.publicKey);
    expect(await place.create('other', sshd, ...trustIn(sshd))).toMatchObject({ status: 0 });
    expect(await place.run('doctor')).toMatchObject({ status: 0 });
  });

  test.each<[string, (host: Sshd, stranger: string) => string[], string]>([
    ['a key that is not its', (_, stranger) => ['--generic-ssh-key', stranger], 'does not let'],
    ['a user that it has not', (host) => [...keyOf(host), '--generic-ssh-user', 'nobody-here'], 'does not let'],
    ['no such file', (_, stranger) => ['--generic-ssh-key', `${stranger}.gone`], 'cannot be read'],
  ])('with %s is refused before anything is recorded', async (_, flags, why) => {
    using place = new Place();
    const { privateFile } = await writeKeyPair(place.user, 'stranger', 'stranger');
    const { status, stderr } = await place.create('dev', sshd, ...trustIn(sshd), ...flags(sshd, privateFile));
    expect(stderr).toContain(why);
    expect(status).not.toBe(0);
    expect(await place.run('ls', '-q')).toMatchObject(MADE_NOTHING);
  });

  test("without an address it is docker-machine's sentence", async () => {
    using place = new Place();
    const { status, stderr } = await place.run('create', '-d', 'generic', 'dev');
    expect(stderr).toContain('generic driver requires the --generic-ip-address option');
    expect(status).toBe(3);
  });
});

describe('a host', () => {
  test('that is not there is refused; that goes is Stopped, and cannot be started from here', async () => {
    using place = new Place();
    const port = await freePort();
    const away = await place.create('dev', { port, name: 'root' }, ...keyOf(sshd), '--generic-accept-host-key');
    expect(away.stderr).toContain(`ssh to 127.0.0.1:${port}: nothing listens there`);
    expect(away.status).toBe(3);

    const host = await Sshd.start({ port });
    try {
      expect(await place.create('dev', host, ...keyOf(host), ...trustIn(host))).toMatchObject({ status: 0 });
      expect(await place.run('start', 'dev')).toMatchObject({ status: 0 });
      expect(await place.run('stop', 'dev')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('generic driver does not support stop') as string,
      });
    } finally {
      await host[Symbol.asyncDispose]();
    }
    expect(await place.run('status', 'dev')).toMatchObject({ stdout: 'Stopped\n' });
    expect((await place.run('exec', 'dev', 'true')).stderr).toContain('Host is not running');
    const { status, stderr } = await place.run('start', 'dev');
    expect(stderr).toContain('generic driver does not support start');
    expect(status).toBe(1);
    expect(await place.run('rm', '-f', 'dev')).toMatchObject({ status: 0 });
  });

  test('that takes connections and says nothing keeps nobody waiting', async () => {
    using place = new Place();
    await using relay = await Relay.to(sshd.port);
    const through = { port: relay.port, name: sshd.name };
    expect(await place.create('dev', through, ...keyOf(sshd), ...trustIn(sshd))).toMatchObject({ status: 0 });
    relay.silence();
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const [listed, made] = await Promise.all([
        place.run('ls', '-o', 'json'),
        place.create('other', { port, name: 'root' }, ...keyOf(sshd), ...trustIn(sshd)),
      ]);
      expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'dev', state: 'Error' }]);
      expect(listed.stdout).toContain('no ssh server said hello');
      expect(made.stderr).toContain('no ssh server said hello');
      expect(made.status).toBe(3);
    } finally {
      silent.close();
    }
  });

  test('is restarted and shut down by its own shutdown; removed, it stays as it is', async () => {
    using place = new Place();
    expect(await place.create('dev', sshd, ...keyOf(sshd), ...trustIn(sshd))).toMatchObject({ status: 0 });
    // Nobody shuts down the host of this test.
    expect(await place.run('exec', 'dev', 'sh', '-c', 'command -v sudo')).toMatchObject({ stdout: `${sudo}\n` });
    expect(await place.run('restart', 'dev')).toMatchObject({ status: 0 });
    expect(await place.run('kill', 'dev')).toMatchObject({ status: 0 });
    expect(readFileSync(asked, 'utf8')).toBe('-n shutdown -r now\n-n shutdown -P now\n');
    expect(await place.run('rm', '-f', 'dev')).toMatchObject({ status: 0 });
    expect(await place.create('dev', sshd, ...keyOf(sshd), ...trustIn(sshd))).toMatchObject({ status: 0 });
    expect(await place.run('ip', 'dev')).toMatchObject({ stdout: '127.0.0.1\n' });
  });
});
