import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Folder } from '../../support/folder';
import { Sshd } from '../ssh/sshd';
import { hvkit, type Ran } from './command-line';

let folder: Folder;
let store: string;
let home: string;

beforeEach(() => {
  folder = new Folder();
  store = join(folder.path, 'docker machine');
  home = join(folder.path, 'home');
  const certs = join(store, 'certs');
  mkdirSync(certs, { recursive: true });
  for (const name of ['ca.pem', 'ca-key.pem', 'cert.pem', 'key.pem']) {
    writeFileSync(join(certs, name), `store ${name}\n`);
  }
});

afterEach(() => {
  folder[Symbol.dispose]();
});

function run(...argv: string[]): Promise<Ran> {
  return hvkit(argv, { home, env: { HOME: folder.path, MACHINE_STORAGE_PATH: store, PATH: process.env['PATH'] } });
}

interface Config {
  driver: Readonly<Record<string, unknown>>;
  host?: Readonly<Record<string, unknown>>;
  version?: number;
}

/** A machine as docker-machine 0.16 leaves it. */
function add(name: string, driverName: string, { driver, host = {}, version = 3 }: Config): string {
  const own = join(store, 'machines', name);
  mkdirSync(own, { recursive: true });
  const base = { IPAddress: '', MachineName: name, SSHUser: '', SSHPort: 0, SSHKeyPath: '', StorePath: store };
  const config = {
    ConfigVersion: version,
    Driver: { ...base, SwarmMaster: false, SwarmHost: '', SwarmDiscovery: '', ...driver },
    DriverName: driverName,
    HostOptions: { Driver: '', Memory: 0, Disk: 0, EngineOptions: {}, SwarmOptions: {}, AuthOptions: {}, ...host },
    Name: name,
  };
  writeFileSync(join(own, 'config.json'), JSON.stringify(config, undefined, 4));
  for (const file of ['ca.pem', 'cert.pem', 'key.pem', 'server.pem', 'server-key.pem']) {
    writeFileSync(join(own, file), `${name} ${file}\n`);
  }
  return own;
}

/** All that is in a folder, with when it was written. */
function contents(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => {
    const file = join(entry.parentPath, entry.name);
    return `${file} ${statSync(file).mtimeMs} ${entry.isFile() ? readFileSync(file, 'utf8') : ''}`;
  });
}

test('a URL is taken over, with its certificates; the store stays as it is', async () => {
  const host = { SwarmOptions: { Master: true, Agent: true }, EngineOptions: { Labels: ['role=far'] } };
  add('far', 'none', { driver: { URL: 'tcp://192.0.2.7:2376' }, host });
  const before = contents(store);
  expect(await run('import')).toEqual({ status: 0, stdout: 'Machine "far" (none) was taken over.\n', stderr: '' });
  expect(contents(store)).toEqual(before);
  expect(await run('url', 'far')).toMatchObject({ stdout: 'tcp://192.0.2.7:2376\n' });
  expect(await run('ls', '-q', '--filter', 'swarm=far', '--filter', 'label=role=far')).toMatchObject({
    stdout: 'far\n',
  });
  const { stdout } = await run('config', 'far');
  expect(stdout).toContain('--tlsverify');
  const key = join(home, 'machines', 'far', 'key.pem');
  expect(readFileSync(key, 'utf8')).toBe('far key.pem\n');
  expect(statSync(key).mode & 0o777).toBe(0o600);
  // Where there was no CA, that of the store is the one from now on.
  expect(readFileSync(join(home, 'certs', 'ca-key.pem'), 'utf8')).toBe('store ca-key.pem\n');
  expect(await run('doctor')).toMatchObject({ status: 0 });

  const again = await run('import');
  expect(again).toMatchObject({ status: 1, stdout: '' });
  expect(again.stderr).toContain('Docker machine "far" already exists');
  expect(await run('rm', '-y', 'far')).toMatchObject({ status: 0 });
  expect(contents(store)).toEqual(before);
});

test('a host is taken over with the key that docker-machine has copied, and reached without the store', async () => {
  await using sshd = await Sshd.start();
  const own = add('ci', 'generic', {
    driver: { IPAddress: '127.0.0.1', SSHUser: sshd.name, SSHPort: sshd.port, EnginePort: 2377, SSHKeyPath: '/gone' },
    host: {
      EngineOptions: { Labels: ['role=ci'], ArbitraryFlags: ['debug=true'], InstallURL: 'https://get.docker.com' },
      AuthOptions: { ServerCertSANs: ['ci.example'] },
      SwarmOptions: { Master: true, Agent: true, Host: 'tcp://0.0.0.0:3377', Discovery: 'token://abc' },
    },
  });
  cpSync(sshd.user.privateFile, join(own, 'id_rsa'));
  const unknown = await run('import');
  expect(unknown).toMatchObject({ status: 1, stdout: '' });
  expect(unknown.stderr).toContain('host key of');
  expect(await run('ls', '-q')).toMatchObject({ stdout: '' });

  const taken = await run('import', '--accept-host-keys', store);
  expect(taken).toMatchObject({ status: 0, stdout: 'Machine "ci" (generic) was taken over.\n' });
  const { stdout } = await run('inspect', 'ci');
  expect(JSON.parse(stdout)).toMatchObject({
    driver: 'generic',
    phase: 'ready',
    spec: { docker: { tlsSans: ['ci.example'], engine: { labels: ['role=ci'], opts: ['debug=true'] } } },
  });
  expect(stdout.replace(`"importedFrom": "${store}"`, '')).not.toContain(store);
  expect(stdout).not.toContain('get.docker.com');
  expect(await run('url', 'ci')).toMatchObject({ stdout: 'tcp://127.0.0.1:2377\n' });
  // Its swarm is a classic one, and stays what it is.
  expect(JSON.parse(stdout)).not.toHaveProperty('spec.docker.swarm');
  expect(await run('ls', '-f', '{{.Swarm}}')).toMatchObject({ stdout: 'ci (master)\n' });
  expect((await run('config', '--swarm', 'ci')).stdout).toContain('-H=tcp://127.0.0.1:3377\n');
  expect(await run('exec', 'ci', 'echo', 'here')).toMatchObject({ status: 0, stdout: 'here\n' });
});

test('a dry run looks as far, tells the same, and writes nothing', async () => {
  await using sshd = await Sshd.start();
  add('far', 'none', { driver: { URL: 'tcp://192.0.2.7:2376' } });
  add('box', 'virtualbox', { driver: { IPAddress: '' } });
  const driver = { IPAddress: '127.0.0.1', SSHUser: sshd.name, SSHPort: sshd.port };
  cpSync(sshd.user.privateFile, join(add('ci', 'generic', { driver }), 'id_rsa'));
  add('gone', 'generic', { driver: { ...driver, SSHPort: 1 } });
  const before = contents(store);
  const ran = await run('import', '--dry-run', '--accept-host-keys');
  expect(ran).toMatchObject({
    status: 1,
    stdout: 'Machine "ci" (generic) would be taken over.\nMachine "far" (none) would be taken over.\n',
  });
  expect(ran.stderr).toContain('there is no program docker-machine-driver-virtualbox');
  expect(ran.stderr).toContain('127.0.0.1:1');
  expect(ran.stderr).toMatch(/^Warning: The host key of .* would be taken for its own: SHA256:/m);
  expect(ran.stderr).not.toContain('was taken');
  expect(contents(store)).toEqual(before);
  expect(existsSync(home)).toBe(false);
  // One that is here already would be refused.
  await run('import', '--only', 'far');
  const again = await run('import', '--dry-run', '--only', 'far');
  expect(again).toMatchObject({ status: 1, stdout: '' });
  expect(again.stderr).toContain('Docker machine "far" already exists');
});

test('what cannot be taken is told of, and keeps the others from nothing', async () => {
  add('far', 'none', { driver: { URL: 'tcp://192.0.2.7:2376' } });
  add('box', 'virtualbox', { driver: { IPAddress: '' } });
  add('old', 'none', { driver: { URL: 'tcp://192.0.2.8:2376' }, version: 1 });
  writeFileSync(join(add('torn', 'none', { driver: {} }), 'config.json'), '{"ConfigVersion": 3,');
  const ran = await run('import');
  expect(ran).toMatchObject({ status: 1, stdout: 'Machine "far" (none) was taken over.\n' });
  expect(ran.stderr).toContain('"box", of the driver virtualbox: there is no program docker-machine-driver-virtualbox');
  expect(ran.stderr).toMatch(/^Try: ln -s .* Or hvkit import --as-hosts --only box, /m);
  expect(ran.stderr).toContain('it is of version 1');
  expect(ran.stderr).toContain('it is no JSON');
  expect(readdirSync(join(home, 'machines'))).toEqual(['far']);
  const off = await run('import', '--as-hosts', '--only', 'box');
  expect(off.stderr).toContain('its address is not recorded');
});

test('a driver of hvkit that is called as one of docker-machine is not taken for it', async () => {
  add('old', 'kvm', { driver: { IPAddress: '192.0.2.9' } });
  const ran = await run('import');
  expect(ran).toMatchObject({ status: 1, stdout: '' });
  expect(ran.stderr).toContain('there is no program docker-machine-driver-kvm on the PATH');
  expect(ran.stderr).toContain('Try: It belongs into a folder of the PATH. Or hvkit import --as-hosts --only old');
});

test.each([
  [['--only', 'nope'], 'there is no machine "nope"'],
  [['/nonexistent'], 'there is no machine of docker-machine'],
])('import %j says what is missing', async (words, why) => {
  add('far', 'none', { driver: { URL: 'tcp://192.0.2.7:2376' } });
  const ran = await run('import', ...words);
  expect(ran).toMatchObject({ status: 1, stdout: '' });
  expect(ran.stderr).toContain(why);
});
