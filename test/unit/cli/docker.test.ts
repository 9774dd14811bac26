import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import type { RunOptions } from '../../../src/cli/run';
import { DockerHosts, recordsDriver } from '../../support/docker-hosts';
import { hvkit, type Ran } from './command-line';

let hosts: DockerHosts;
const PATH = process.env['PATH'];
const URL_OF_DEV = 'tcp://127.79.0.1:2376';

beforeEach(() => {
  hosts = new DockerHosts();
  hosts.pair('here', 'IP:127.79.0.1');
  hosts.add('dev', { address: '127.79.0.1', docker: { swarm: { isMaster: true } } }, 'here');
  hosts.add('worker', { address: '127.79.0.2', docker: { swarm: { discovery: 'dev' } } }, 'here');
  hosts.add('off', {}, 'here');
});

afterEach(async () => {
  await hosts[Symbol.asyncDispose]();
});

function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const env = { PATH, SHELL: '/bin/bash', ...options.env };
  return hvkit(argv, { home: hosts.home, drivers: [recordsDriver], ...options, env });
}

/** What a shell has when it has read this. */
function evaluated(text: string, env: NodeJS.ProcessEnv = {}): string[] {
  const script = `${text}\nenv | grep -E '^(DOCKER_|NO_PROXY)' | sort`;
  return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8', env: { PATH, ...env } })
    .split('\n')
    .filter((line) => line !== '');
}

test('env: a shell that reads it has what a docker client wants, and -u takes it back', async () => {
  const { status, stdout, stderr } = await run(['env', 'dev', '--shell', 'bash']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(evaluated(stdout)).toEqual([
    `DOCKER_CERT_PATH=${join(hosts.home, 'machines', 'dev')}`,
    `DOCKER_HOST=${URL_OF_DEV}`,
    'DOCKER_MACHINE_NAME=dev',
    'DOCKER_TLS_VERIFY=1',
  ]);
  expect(stdout).toContain('hvkit env dev --shell bash');
  const back = await run(['env', '-u', '--shell', 'bash'], { face: 'docker-machine' });
  expect(evaluated(`${stdout}\n${back.stdout}`)).toEqual([]);
  expect(back.stdout).toContain('docker-machine env -u --shell bash');
  expect(await run(['env', '-u', 'dev'])).toMatchObject({ status: 2, stdout: '' });
});

test('env --no-proxy: the machine is added to what is there, and taken out of it again', async () => {
  const { stdout } = await run(['env', 'dev', '--no-proxy', '--shell', 'bash'], { env: { NO_PROXY: 'a.example' } });
  expect(evaluated(stdout)).toContain('NO_PROXY=a.example,127.79.0.1');
  const env = { NO_PROXY: 'a.example,127.79.0.1', DOCKER_HOST: URL_OF_DEV };
  const back = await run(['env', '-u', '--no-proxy', '--shell', 'bash'], { env });
  expect(evaluated(back.stdout, env)).toEqual(['NO_PROXY=a.example']);
});

test.each([
  ['fish', `set -gx DOCKER_HOST "${URL_OF_DEV}"`],
  ['tcsh', `setenv DOCKER_HOST "${URL_OF_DEV}"`],
  ['powershell', `$Env:DOCKER_HOST = "${URL_OF_DEV}"`],
  ['cmd', `SET DOCKER_HOST=${URL_OF_DEV}`],
  ['emacs', `(setenv "DOCKER_HOST" "${URL_OF_DEV}")`],
])('env --shell %s', async (shell) => {
  const { stdout, status } = await run(['env', '--shell', shell, 'dev']);
  expect(status).toBe(0);
  expect(stdout).toContain(URL_OF_DEV);
});

test.each(['env', 'config', 'use', 'url'])(
  '%s of a machine that is off prints nothing, and says why',
  async (command) => {
    const ran = await run([command, 'off']);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toContain('Error: Host is not running');
  },
);

test('config: what a docker client takes', async () => {
  const folder = join(hosts.home, 'machines', 'dev');
  expect((await run(['config', 'dev'])).stdout).toBe(
    `--tlsverify\n--tlscacert="${folder}/ca.pem"\n--tlscert="${folder}/cert.pem"\n--tlskey="${folder}/key.pem"\n-H=${URL_OF_DEV}\n`,
  );
});

test('--swarm: the manager of the swarm', async () => {
  hosts.add('another', { address: '127.79.0.3', docker: { swarm: {} } }, 'here');
  for (const member of ['dev', 'worker', 'another']) {
    expect((await run(['config', '--swarm', member])).stdout).toContain(`-H=${URL_OF_DEV}\n`);
  }
  const none = await run(['env', '--swarm', 'off']);
  expect(none).toMatchObject({ status: 1, stdout: '' });
  expect(none.stderr).toContain('is in no swarm');
});

test('active: the machine that the docker client is pointed at', async () => {
  expect(await run(['active'], { env: { DOCKER_HOST: URL_OF_DEV } })).toMatchObject({ status: 0, stdout: 'dev\n' });
  expect(await run(['active'], { env: { DOCKER_HOST: 'tcp://127.79.0.1:3376' } })).toMatchObject({ stdout: 'dev\n' });
  const none = await run(['active'], { env: { DOCKER_HOST: 'unix:///var/run/docker.sock' } });
  expect(none).toMatchObject({ status: 1, stdout: '' });
  expect(none.stderr).toContain('Error: No active host found\n');
});

test('use: a command with the environment, and its status', async () => {
  const script = 'echo "$DOCKER_HOST $DOCKER_MACHINE_NAME $DOCKER_TLS_VERIFY $1"; exit 7';
  expect(await run(['use', 'dev', 'sh', '-c', script, 'sh', '--flag'])).toEqual({
    status: 7,
    stdout: `${URL_OF_DEV} dev 1 --flag\n`,
    stderr: '',
  });
  expect(await run(['use', 'dev', '--', 'sh', '-c', 'kill -TERM $$'])).toMatchObject({ status: 143 });
  expect(await run(['use', 'dev', 'no-such-program'])).toMatchObject({ status: 127 });
  const refused = await run(['use', 'dev', __filename]);
  expect(refused.status).toBe(126);
  expect(refused.stderr.match(/^Error: .*/gm)).toEqual([expect.stringContaining('cannot be run')]);
});

test.each([
  [['--engine-opt', 'hosts=tcp://0.0.0.0:2375'], 3, 'The engine option hosts is not to be chosen'],
  [['--engine-label', 'provider=me'], 3, 'Two labels say different things: provider=records and provider=me'],
  [['--engine-env', 'A B=c'], 2, '"A B=c" must be written as NAME=value'],
])('create %j is refused before anything is made', async (flags, status, why) => {
  const ran = await run(['create', ...flags, 'new']);
  expect(ran).toMatchObject({ status, stdout: '' });
  expect(ran.stderr).toContain(why);
  expect(ran.stderr).toMatch(/^Try: /m);
  expect((await run(['ls', '-q'])).stdout).toBe('dev\noff\nworker\n');
});

test("version: of a machine's Docker", async () => {
  const failed = await run(['version', 'dev']);
  expect(failed).toMatchObject({ status: 1, stdout: '' });
  expect(failed.stderr).toMatch(
    /^Error: Unable to query docker version: Docker at tcp:\/\/127\.79\.0\.1:2376 is not reached/,
  );
  await hosts.answer('127.79.0.1', '24.0.7', 'here');
  expect(await run(['version', 'dev'])).toEqual({ status: 0, stdout: '24.0.7\n', stderr: '' });
});
