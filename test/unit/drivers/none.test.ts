import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { Hvkit } from '../../../src/machines/hvkit';
import { none } from '../../../src/drivers/none';
import { lifecycleSuite } from '../../../src/testing';
import { Folder } from '../../support/folder';
import { hvkit } from '../cli/command-line';

const ADDRESS = '127.82.0.1';
const URL = `tcp://${ADDRESS}:2376`;

lifecycleSuite({ definition: none, run: { test, after: afterAll }, request: { options: { url: URL } } });

describe('a machine that is a URL', () => {
  const folder = new Folder();
  const run = (...argv: string[]) => hvkit(argv, { home: folder.path, env: { HOME: folder.path } });
  // A Docker that asks nobody for certificates.
  const docker = createServer((request, response) => {
    response.end(JSON.stringify(request.url === '/version' ? { Version: '24.0.7' } : {}));
  });

  beforeAll(async () => {
    docker.listen(2376, ADDRESS);
    await once(docker, 'listening');
    expect(await run('create', '-d', 'none', '--url', URL, 'dev')).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    docker.close();
    await once(docker, 'close');
    folder[Symbol.dispose]();
  });

  test.each([
    ['url', `${URL}\n`],
    ['ip', `${ADDRESS}\n`],
    ['status', 'Running\n'],
    ['version', '24.0.7\n'],
    // Without what would make a docker client ask for certificates that nobody has.
    ['config', `-H=${URL}\n`],
  ])('%s tells what is known', async (command, stdout) => {
    expect(await run(command, 'dev')).toEqual({ status: 0, stdout, stderr: '' });
  });

  test('ls and inspect show it, doctor finds nothing amiss, and repair has nothing to do', async () => {
    const [row] = JSON.parse((await run('ls', '-o', 'json')).stdout) as object[];
    expect(row).toMatchObject({
      name: 'dev',
      driver: 'none',
      state: 'Running',
      docker: { url: URL, version: '24.0.7' },
    });
    expect((await run('ls', '-f', '{{.Name}} {{.DriverName}} {{.URL}} {{.DockerVersion}}')).stdout).toBe(
      `dev none ${URL} v24.0.7\n`,
    );
    expect(JSON.parse((await run('inspect', 'dev')).stdout)).toMatchObject({ driver: 'none', plan: { url: URL } });
    expect(await run('doctor', 'dev')).toMatchObject({ status: 0 });
    expect(await run('repair', 'dev')).toMatchObject({ status: 0 });
  });

  test('the library hands out the URL, and no certificates that nobody has', async () => {
    await using hv = new Hvkit({ home: folder.path });
    const machine = await hv.machine('dev');
    expect(await machine.docker()).toEqual({ url: URL, certPath: machine.folder, tlsVerify: false });
  });

  test('env and use point a docker client at it, and take back what was said of a machine before', async () => {
    const { PATH } = process.env;
    const before = { PATH, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/elsewhere', DOCKER_HOST: 'tcp://127.0.0.1:1' };
    const { stdout } = await run('env', '--shell', 'bash', 'dev');
    const script = `${stdout}\nenv | grep ^DOCKER_ | sort`;
    expect(execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8', env: before })).toBe(
      `DOCKER_HOST=${URL}\nDOCKER_MACHINE_NAME=dev\n`,
    );
    const used = await hvkit(['use', 'dev', 'sh', '-c', 'echo "$DOCKER_HOST <$DOCKER_TLS_VERIFY$DOCKER_CERT_PATH>"'], {
      home: folder.path,
      env: before,
    });
    expect(used).toEqual({ status: 0, stdout: `${URL} <>\n`, stderr: '' });
    const active = await hvkit(['active'], { home: folder.path, env: { DOCKER_HOST: URL } });
    expect(active).toEqual({ status: 0, stdout: 'dev\n', stderr: '' });
  });

  test.each([
    ['start', 'hosts without a driver cannot be started'],
    ['stop', 'hosts without a driver cannot be stopped'],
    ['kill', 'hosts without a driver cannot be killed'],
    ['restart', 'hosts without a driver cannot be restarted'],
    ['pause', 'The driver none of the machine "dev" cannot pause a machine'],
    ['resume', 'The driver none of the machine "dev" cannot resume a machine'],
    ['console', 'The driver none of the machine "dev" cannot open its console'],
    ['logs', 'The driver none of the machine "dev" cannot show what its console printed'],
    ['ssh', 'hvkit cannot log in to the machine "dev": its driver knows no way in'],
    ['ssh-config', 'hvkit cannot log in to the machine "dev": its driver knows no way in'],
    ['provision', 'Docker of the machine "dev" is looked after by somebody else'],
    ['upgrade', 'Docker of the machine "dev" is looked after by somebody else'],
  ])('%s is refused: %s', async (command, words) => {
    const { status, stderr } = await run(command, 'dev');
    expect(status).not.toBe(0);
    expect(stderr).toContain(words);
  });

  test('exec, scp and mount have no way in either', async () => {
    for (const argv of [
      ['exec', 'dev', 'true'],
      ['scp', 'dev:/etc/hostname', folder.path],
      ['mount', 'dev:/etc', folder.path],
    ]) {
      expect((await run(...argv)).stderr).toContain('its driver knows no way in');
    }
  });

  test('regenerate-certs makes none for it', async () => {
    const { status, stderr } = await run('regenerate-certs', '-f', 'dev');
    expect(status).toBe(1);
    expect(stderr).toContain('Docker of the machine "dev" is looked after by somebody else');
  });

  test('rm forgets it', async () => {
    expect(await run('create', '-d', 'none', '--url', 'unix:///run/docker.sock', 'local')).toMatchObject({ status: 0 });
    expect((await run('ip', 'local')).stderr).toContain('all that is known of it is its URL, unix:///run/docker.sock');
    expect(await run('rm', '-f', 'local')).toMatchObject({ status: 0 });
    expect((await run('ls', '-q')).stdout).toBe('dev\n');
  });
});

test.each([
  [[], '--url option is required when no driver is selected'],
  [['--url', 'not a url'], '--url "not a url" is no address that a docker client takes'],
  [['--url', 'tcp://'], '--url "tcp://" is no address'],
  [['--url', URL, '--cpus', '4'], 'cpus: the driver none takes machines as they are, and makes none'],
  [['--url', URL, '-p', '8080:80'], "The driver none cannot publish a guest's ports"],
])('create %j is refused before anything is made', async (argv, words) => {
  using folder = new Folder();
  const { status, stderr } = await hvkit(['create', '-d', 'none', ...argv, 'dev'], { home: folder.path });
  expect(stderr).toContain(words);
  expect(status).not.toBe(0);
  expect((await hvkit(['ls', '-q'], { home: folder.path })).stdout).toBe('');
});
