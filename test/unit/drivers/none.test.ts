import { Hvkit } from '../../../src/machines/hvkit';
import { none } from '../../../src/drivers/none';
import { lifecycleSuite } from '../../../src/testing';
import { Folder } from '../../support/folder';
import { hvkit } from '../cli/command-line';

const URL = 'tcp://192.0.2.10:2376';

lifecycleSuite({ definition: none, run: { test, after: afterAll }, request: { options: { url: URL } } });

describe('a machine that is a URL', () => {
  const folder = new Folder();
  const run = (...argv: string[]) => hvkit(argv, { home: folder.path, env: { HOME: folder.path } });

  beforeAll(async () => {
    expect(await run('create', '-d', 'none', '--url', URL, 'dev')).toMatchObject({ status: 0 });
  });
  afterAll(() => {
    folder[Symbol.dispose]();
  });

  test.each([
    ['url', `${URL}\n`],
    ['ip', '192.0.2.10\n'],
    ['status', 'Running\n'],
  ])('%s tells what is known', async (command, stdout) => {
    expect(await run(command, 'dev')).toEqual({ status: 0, stdout, stderr: '' });
  });

  test('ls and inspect show it, doctor finds nothing amiss, and repair has nothing to do', async () => {
    const [row] = JSON.parse((await run('ls', '-o', 'json')).stdout) as object[];
    expect(row).toMatchObject({ name: 'dev', driver: 'none', state: 'Running' });
    expect(JSON.parse((await run('inspect', 'dev')).stdout)).toMatchObject({ driver: 'none', plan: { url: URL } });
    expect(await run('doctor', 'dev')).toMatchObject({ status: 0 });
    expect(await run('repair', 'dev')).toMatchObject({ status: 0 });
  });

  test('env and config hand out the URL, and no certificates that nobody has', async () => {
    await using hv = new Hvkit({ home: folder.path });
    const machine = await hv.machine('dev');
    expect(await machine.docker()).toEqual({ url: URL, certPath: machine.folder, tlsVerify: false });
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
  ])('%s is refused: %s', async (command, words) => {
    const { status, stderr } = await run(command, 'dev');
    expect(status).not.toBe(0);
    expect(stderr).toContain(words);
  });

  test('exec and scp have no way in either', async () => {
    for (const argv of [
      ['exec', 'dev', 'true'],
      ['scp', 'dev:/etc/hostname', folder.path],
    ]) {
      expect((await run(...argv)).stderr).toContain('its driver knows no way in');
    }
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
  [['--url', URL, '--cpus', '4'], 'cpus: the driver none takes machines as they are, and makes none'],
  [['--url', URL, '-p', '8080:80'], "The driver none cannot publish a guest's ports"],
])('create %j is refused before anything is made', async (argv, words) => {
  using folder = new Folder();
  const { status, stderr } = await hvkit(['create', '-d', 'none', ...argv, 'dev'], { home: folder.path });
  expect(stderr).toContain(words);
  expect(status).not.toBe(0);
  expect((await hvkit(['ls', '-q'], { home: folder.path })).stdout).toBe('');
});
