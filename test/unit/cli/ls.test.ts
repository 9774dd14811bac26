import { aligned } from '../../../src/cli/docker-machine/columns';
import type { RunOptions } from '../../../src/cli/run';
import { DockerHosts, recordsDriver } from '../../support/docker-hosts';
import { hvkit, type Ran } from './command-line';

let hosts: DockerHosts;

beforeEach(() => {
  hosts = new DockerHosts();
});

afterEach(async () => {
  await hosts[Symbol.asyncDispose]();
});

function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return hvkit(argv, { home: hosts.home, drivers: [recordsDriver], ...options });
}

function machine(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return run(argv, { face: 'docker-machine', env });
}

/** Three that run, with a Docker that answers, and one that is off. */
async function some(): Promise<void> {
  hosts.pair('some', 'IP:127.77.0.1,IP:127.77.0.2,IP:127.77.0.3');
  const labels = { engine: { labels: ['role=web', 'tier=Front'] } };
  hosts.add('web2', { address: '127.77.0.2', docker: { ...labels, swarm: { discovery: 'web1' } } }, 'some');
  hosts.add('web10', { address: '127.77.0.3' }, 'some');
  hosts.add('web1', { address: '127.77.0.1', docker: { swarm: { isMaster: true } } }, 'some');
  hosts.add('off', { docker: labels }, 'some');
  for (const [index, version] of ['20.10.24', '24.0.7', '27.1'].entries()) {
    await hosts.answer(`127.77.0.${index + 1}`, version, 'some');
  }
}

test("docker-machine's columns, to the space", async () => {
  await some();
  const { stdout, status, stderr } = await machine(['ls'], { DOCKER_HOST: 'tcp://127.77.0.2:2376' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toBe(
    [
      'NAME    ACTIVE   DRIVER    STATE     URL                     SWARM           DOCKER      ERRORS',
      'off     -        records   Stopped                                           Unknown     ',
      'web1    -        records   Running   tcp://127.77.0.1:2376   web1 (master)   v20.10.24   ',
      'web2    *        records   Running   tcp://127.77.0.2:2376   web1            v24.0.7     ',
      'web10   -        records   Running   tcp://127.77.0.3:2376                   v27.1       ',
      '',
    ].join('\n'),
  );
  const swarm = await machine(['ls', '-f', '{{.Name}} {{.Active}} {{.ActiveHost}} {{.ActiveSwarm}}'], {
    DOCKER_HOST: 'tcp://127.77.0.1:3376',
  });
  expect(swarm.stdout.split('\n')).toContain('web1 * (swarm) false true');
});

test('templates: of every field, under headings with table, tabs and new lines written as such', async () => {
  await some();
  const ls = async (format: string): Promise<string> =>
    (await run(['ls', '--filter', 'name=^web2$', '-f', format])).stdout;
  expect(await ls('{{.Name}}: {{.State}}')).toBe('web2: Running\n');
  expect(await ls('table {{.Name}}\\t{{.DriverName}}')).toBe('NAME   DRIVER\nweb2   records\n');
  expect(await ls('{{.Name}}\\n{{.URL}}')).toBe('web2\ntcp://127.77.0.2:2376\n');
  expect(await ls('{{.DockerVersion}}{{if .Error}} {{.Error}}{{end}}')).toBe('v24.0.7\n');
  expect(await ls('{{range .EngineOptions.Labels}}<{{.}}>{{end}}')).toBe('<role=web><tier=Front>\n');
  expect(await ls('{{json .SwarmOptions.Discovery}}')).toBe('"web1"\n');
  expect(await ls('{{.ResponseTime}}')).toMatch(/^\d+ms\n$/);
  const wrong = await run(['ls', '-f', '{{.Nmae}}']);
  expect(wrong).toMatchObject({ status: 2, stdout: '' });
  expect(wrong.stderr).toContain('there is no field Nmae; there is Name, Active,');
});

test.each([
  [['driver=RECORDS'], ['off', 'web1', 'web2', 'web10']],
  [['state=stopped'], ['off']],
  [
    ['name=^web', 'name=ff'],
    ['off', 'web1', 'web2', 'web10'],
  ],
  [['name=^web', 'state=stopped'], []],
  [['label=role=web'], ['off', 'web2']],
  [['label=tier=front', 'state=Running'], ['web2']],
  [['label=role=db'], []],
  [['label=role'], ['off', 'web2']],
  [['swarm=web1'], ['web1', 'web2']],
  [['SWARM=WEB1', 'name=2'], ['web2']],
])('--filter %j', async (filters, names) => {
  await some();
  const words = filters.flatMap((filter) => ['--filter', filter]);
  for (const argv of [
    ['ls', '-q', ...words],
    ['ls', '-f', '{{.Name}}', ...words],
  ]) {
    expect((await run(argv)).stdout.split('\n').slice(0, -1)).toEqual(names);
  }
});

test('a Docker that is not trusted, not there, or no Docker is an error of its own row', async () => {
  hosts.pair('other', 'IP:127.77.0.1');
  hosts.add('distrusted', { address: '127.77.0.1' });
  await hosts.answer('127.77.0.1', '1.0', 'other');
  hosts.add('absent', { address: '127.77.0.2' });
  const { stdout, status } = await machine(['ls', '-f', '{{.Name}} {{.State}} {{.DockerVersion}} {{.Error}}']);
  expect(status).toBe(0);
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^absent Running Unknown Unable to query docker version: .*is not reached: .*ECONNREFUSED/),
    expect.stringMatching(
      /^distrusted Running Unknown Unable to query docker version: .*is not trusted: .*another CA$/,
    ),
    '',
  ]);
  const wide = await run(['ls', '-o', 'json']);
  expect(JSON.parse(wide.stdout)).toMatchObject([
    { name: 'absent', docker: { url: 'tcp://127.77.0.2:2376', error: { code: 'ERR_DOCKER_UNREACHABLE' } } },
    { name: 'distrusted', docker: { error: { code: 'ERR_DOCKER_TLS' } } },
  ]);
});

test('of 50 machines, the 10 that say nothing are waited for at once', async () => {
  const addresses = Array.from({ length: 50 }, (_, index) => `127.78.0.${index + 1}`);
  hosts.pair('fifty', addresses.map((address) => `IP:${address}`).join(','));
  const happened: string[] = [];
  for (const [index, address] of addresses.entries()) {
    hosts.add(`node${index + 1}`, { address }, 'fifty');
    if (index % 5 === 0) await hosts.beSilent(address, (what) => happened.push(what));
    else await hosts.answer(address, '24.0.7', 'fifty');
  }
  const { stdout, status } = await run(['ls', '-t', '5', '-f', '{{.Name}} {{.State}} {{.DockerVersion}}|{{.Error}}']);
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.endsWith(' Running v24.0.7|'))).toHaveLength(40);
  const late = lines.filter((line) => / Running Unknown\|Unable to query .* did not answer in time$/.test(line));
  expect(late).toHaveLength(10);
  // The last one was asked before the first one was given up.
  expect(happened.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'came'));
});

test('-o wide tells of each Docker; without it nobody is asked', async () => {
  await some();
  const wide = await run(['ls', '-o', 'wide']);
  expect(wide.stdout).toMatch(/^NAME +DRIVER +STATE .* URL +DOCKER +CERTIFICATE +ERRORS\n/);
  expect(wide.stdout).toMatch(/^web2 .* tcp:\/\/127\.77\.0\.2:2376 +24\.0\.7 +-$/m);
  expect((await run(['ls'])).stdout).toMatch(/^NAME +DRIVER +STATE +ADDRESS +IMAGE +CPUS +MEMORY +ERRORS\n/);
  expect(await run(['ls', '-o', 'json', '-f', '{{.Name}}'])).toMatchObject({ status: 2 });
});

test.each([
  ['a\tb\nccccc\td\n', 'a       b\nccccc   d\n'],
  ['a\tb\tc\n', 'a    b    c\n'],
  ['\t\tx\n', '          x\n'],
  ['é\tb\nab\tc', 'é    b\nab   c'],
  // A line without tabs ends the columns above it.
  ['aaaaaaa\tb\nnone\nc\td\n', 'aaaaaaa   b\nnone\nc    d\n'],
  ['', ''],
])('columns of %j', (text, expected) => {
  expect(aligned(text)).toBe(expected);
});
