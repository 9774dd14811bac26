import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { RunOptions } from '../../../src/cli/run';
import { Folder } from '../../support/folder';
import { fileDriver } from '../../support/file-driver';
import { runningHome, type TestHome } from '../../support/home';
import { hvkit, type Ran } from './command-line';

let home: TestHome;

beforeEach(() => {
  home = runningHome();
});

afterEach(async () => {
  await home[Symbol.asyncDispose]();
});

/** Called as docker-machine. */
function machine(...argv: string[]): Promise<Ran> {
  const env = { PATH: process.env['PATH'], FILE_GUEST: 'silent' };
  return hvkit(argv, { face: 'docker-machine', home: home.path, drivers: [fileDriver], env });
}

test.each([
  [['create'], 'Error: No machine name specified'],
  [['create', 'a', 'b', 'c'], 'Error: Invalid command line. Found extra arguments [b c]'],
  [['create', 'a_b'], 'Error creating machine: Invalid hostname specified. Allowed hostname chars are: 0-9a-zA-Z . -'],
  [['start'], 'Error: No machine name(s) specified and no "default" machine exists'],
  [['inspect', 'nope'], 'Error: Docker machine "nope" does not exist'],
  [['rm'], 'Error: Expected to get one or more machine names as arguments'],
  [['rm', '-y', 'nope'], 'Error removing host "nope": Docker machine "nope" does not exist.'],
  [['ls', '--nonsense'], "Error: unknown option '--nonsense'"],
  [['nonsense'], "Error: unknown command 'nonsense'"],
  [['status', 'a', 'b'], 'Error: Expected one machine name as an argument'],
  [['env', 'a', 'b'], 'Error: Expected one machine name as an argument'],
  [['active', 'a'], 'Error: Too many arguments given'],
  [['ls', 'a'], 'Error: Invalid command line. Found extra arguments [a]'],
])('docker-machine %j: its sentence, and 1 for any failure', async (argv, sentence) => {
  const { status, stdout, stderr } = await machine(...argv);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr.split('\n')).toContain(sentence);
});

test('its own name and version, and that of hvkit', async () => {
  const { version } = require('../../../package.json') as { version: string };
  const line = `docker-machine version 0.16.2, build hvkit version ${version}\n`;
  for (const word of ['version', '-v', '--version']) expect((await machine(word)).stdout).toBe(line);
  expect((await machine()).stdout).toMatch(/^Usage: docker-machine /);
  expect((await machine('ls', '--help')).stdout).toMatch(/^Usage: docker-machine ls /);
});

test.each([
  [['create'], 'Try: docker-machine create dev'],
  [['ls', '--nonsense'], 'Try: docker-machine ls --help'],
  [['status', 'nope'], 'Try: `docker-machine ls` shows those that there are.'],
])('after docker-machine %j what to try begins with what was typed', async (argv, line) => {
  expect((await machine(...argv)).stderr.split('\n')).toContain(line);
});

test('its help has its own name, its status of wrong usage, and a machine without Docker', async () => {
  const { stdout } = await machine('create', '--help');
  expect(stdout).not.toMatch(/hvkit (?:create|drivers|image|settings)/);
  expect(stdout).toContain('\nExit status: 0; 1 something failed, or wrong usage; 3 ');
  expect(stdout).toMatch(/\n {2}docker-machine create --no-docker plain +a machine without Docker\n/);
  // What is not one of its commands is hvkit itself.
  expect(stdout).toContain('The user in the guest is hvkit, or');
  expect(stdout).toContain('--swarm-strategy <name>');
  const own = (await hvkit(['create', '--help'])).stdout;
  for (const flag of ['--no-docker', '--swarm-strategy']) expect(own).not.toContain(flag);
});

test('what was made says what comes next', async () => {
  const create = ['create', '-d', 'none', 'far'];
  const options: RunOptions = { face: 'docker-machine', home: home.path };
  const { stderr } = await hvkit(create, options);
  expect(stderr).toContain('Try: docker-machine create --driver none --url tcp://192.0.2.10:2376 NAME\n');
  const { stdout } = await hvkit([...create, '--url', 'tcp://127.0.0.1:1'], options);
  expect(stdout).toBe('Machine "far" is ready. Point docker at it: eval "$(docker-machine env far)"\n');
  expect((await hvkit(['ssh', 'far'], { home: home.path })).stderr).toContain(
    'Try: hvkit env far points a docker client at it.\n',
  );
});

test.each([
  [['create', '-driver', 'none', '-url', 'tcp://127.0.0.1:1', 'far']],
  [['-debug', 'create', '-d=none', '-url=tcp://127.0.0.1:1', '-engine-label=env=test', 'far']],
  [['create', 'far', '--d', 'none', '--url', 'tcp://127.0.0.1:1']],
])('options are read as Go reads them: %j', async (argv) => {
  const asIs = (...words: string[]): Promise<Ran> => hvkit(words, { face: 'docker-machine', home: home.path });
  expect(await asIs(...argv)).toMatchObject({ status: 0 });
  expect((await asIs('ls', '-format={{.DriverName}} {{.Name}}', '-timeout', '1')).stdout).toBe('none far\n');
  // What is not for docker-machine stays as it is.
  expect((await asIs('ssh', 'far', '-version')).stderr).toContain('"-version" is an option of the system');
});

test('inspect prints what scripts look for, in its names', async () => {
  await hvkit(['create', '-d', 'none', '--url', 'tcp://192.0.2.7:2376', 'far'], { home: home.path });
  const { stdout } = await machine('inspect', 'far');
  expect(stdout).toMatch(/^\{\n {4}"ConfigVersion": 3,\n {4}"Driver": \{\n/);
  expect(JSON.parse(stdout)).toMatchObject({
    Name: 'far',
    DriverName: 'none',
    Driver: { IPAddress: '192.0.2.7', MachineName: 'far', StorePath: home.path },
    phase: 'ready',
  });
  expect(JSON.parse((await hvkit(['inspect', 'far'], { home: home.path })).stdout)).not.toHaveProperty('Driver');
});

test('of a Docker that somebody else looks after, what was said of it is shown', async () => {
  const asIs = (...argv: string[]): Promise<Ran> => hvkit(argv, { face: 'docker-machine', home: home.path });
  const swarm = ['--swarm', '--swarm-discovery', 'token://abc'];
  const create = (name: string, ...words: string[]): Promise<Ran> =>
    asIs('create', '-d', 'none', '--url', 'tcp://127.0.0.1:1', ...words, name);
  expect(await create('m1', ...swarm, '--swarm-master', '--engine-label', 'env=test')).toMatchObject({ status: 0 });
  await create('w1', ...swarm, '--swarm-image', 'swarm:1.2', '--swarm-strategy', 'spread', '--swarm-opt', 'a=b');
  await create('alone');
  const lines = '{{.Name}}:{{.Swarm}}:{{with .EngineOptions}}{{.Labels}}{{end}}';
  expect((await asIs('ls', '-f', lines)).stdout).toBe('alone::\nm1:m1 (master):[env=test]\nw1:m1:[]\n');
  expect((await asIs('ls', '-q', '--filter', 'swarm=m1')).stdout).toBe('m1\nw1\n');
  expect((await asIs('ls', '-q', '--filter', 'label=env=test')).stdout).toBe('m1\n');
  const { stdout } = await asIs('inspect', '-f', '{{json .HostOptions.SwarmOptions}}', 'w1');
  expect(JSON.parse(stdout)).toMatchObject({ Agent: true, Master: false, Image: 'swarm:1.2', ArbitraryFlags: ['a=b'] });
  // What was not said is what docker-machine takes for it.
  expect(
    (await asIs('inspect', '-f', '{{with .HostOptions.SwarmOptions}}{{.Host}} {{.Image}}{{end}}', 'm1')).stdout,
  ).toBe('tcp://0.0.0.0:3376 swarm:latest\n');
  // It has no certificates for all that.
  expect((await asIs('config', 'm1')).stdout).toBe('-H=tcp://127.0.0.1:1\n');
  // A classic swarm is reached at a port of its own, from all that are in it.
  for (const member of ['m1', 'w1']) {
    expect((await asIs('config', '--swarm', member)).stdout).toBe('-H=tcp://127.0.0.1:3376\n');
  }
  await create('m2', '--swarm-master', '--swarm-discovery', 'token://def', '--swarm-host', 'tcp://0.0.0.0:4000');
  expect((await asIs('env', '--shell', 'bash', '--swarm', 'm2')).stdout).toContain(
    'DOCKER_HOST="tcp://127.0.0.1:4000"',
  );
  expect(await asIs('doctor')).toMatchObject({ status: 0 });
});

test('the program of that name', () => {
  const program = join(__dirname, '..', '..', '..', 'bin', 'docker-machine.js');
  const env = { PATH: process.env['PATH'], HOME: home.folder.path };
  const text = execFileSync(process.execPath, [program, 'ls'], { env, encoding: 'utf8' });
  expect(text).toBe('NAME   ACTIVE   DRIVER   STATE   URL   SWARM   DOCKER   ERRORS\n');
});

test('--tls-* and the variables: a CA that is there is the one of the home', async () => {
  using folder = new Folder();
  const pem = (name: string): string => join(folder.path, `${name}.pem`);
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '9'];
  const of = [
    '-subj',
    '/CN=company',
    '-addext',
    'keyUsage=critical,keyCertSign',
    '-keyout',
    pem('key'),
    '-out',
    pem('ca'),
  ];
  execFileSync('openssl', [...words, ...of], { stdio: 'pipe' });
  const env = { HOME: folder.path, PATH: process.env['PATH'], MACHINE_TLS_CA_KEY: pem('key') };
  const create = ['create', '--image', home.image, '--file-guest', 'dies', 'dev'];
  const one = await hvkit(['--tls-ca-cert', pem('nowhere'), ...create], {
    face: 'docker-machine',
    home: home.path,
    drivers: [fileDriver],
    env,
  });
  expect(one.status).toBe(1);
  expect(one.stderr).toContain(`cannot be taken: there is no file ${pem('nowhere')}`);
  await hvkit(['--tls-ca-cert', pem('ca'), ...create], {
    face: 'docker-machine',
    home: home.path,
    drivers: [fileDriver],
    env,
  });
  const certs = join(home.path, 'certs');
  expect(readFileSync(join(certs, 'ca.pem'), 'utf8')).toBe(readFileSync(pem('ca'), 'utf8'));
  const client = new X509Certificate(readFileSync(join(certs, 'cert.pem')));
  expect(client.verify(new X509Certificate(readFileSync(pem('ca'))).publicKey)).toBe(true);
});
