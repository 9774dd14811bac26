import { parse } from 'yaml';

import { fileDriver } from '../../support/file-driver';
import { runningHome } from '../../support/home';
import { hvkit, type Ran } from './command-line';

const home = runningHome();
const NAMES = ['db', 'web', 'web2'];

function run(...argv: string[]): Promise<Ran> {
  return hvkit(argv, {
    home: home.path,
    drivers: [fileDriver],
    env: { PATH: process.env['PATH'], FILE_GUEST: 'silent' },
  });
}

/** The lines in the order of the alphabet: of several machines each is told of as it ends. */
function lines(text: string): string[] {
  return text.trimEnd().split('\n').toSorted();
}

async function states(): Promise<string[]> {
  const machines = JSON.parse((await run('ls', '-o', 'json')).stdout) as { name: string; state: string }[];
  return machines.map(({ name, state }) => `${name} ${state}`);
}

beforeAll(async () => {
  expect(await run('create', '--image', home.image, ...NAMES)).toMatchObject({ status: 0 });
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

test('stop --all and start --all: each machine has its sentence, and no other work is done twice', async () => {
  expect(await run('stop', 'web2')).toMatchObject({ status: 0, stdout: 'Machine "web2" was stopped.\n' });
  const stopped = await run('stop', '--all');
  expect(stopped.status).toBe(0);
  expect(lines(stopped.stdout)).toEqual([
    'Machine "db" was stopped.',
    'Machine "web" was stopped.',
    'Machine "web2" is already stopped.',
  ]);
  expect(await states()).toEqual(['db Stopped', 'web Stopped', 'web2 Stopped']);

  expect(await run('start', 'db')).toMatchObject({ status: 0, stdout: 'Machine "db" was started.\n' });
  const started = await run('start', '--all');
  expect(started.status).toBe(0);
  expect(lines(started.stdout)).toEqual([
    'Machine "db" is already running.',
    'Machine "web" was started.',
    'Machine "web2" was started.',
  ]);
  expect(lines(started.stderr)).toEqual(expect.arrayContaining(['web: starting', 'web2: starting']));
  expect(await states()).toEqual(['db Running', 'web Running', 'web2 Running']);
});

test('restart: another process, and the sentence of each', async () => {
  const processes = home.processes;
  const { status, stdout } = await run('restart', 'web', 'db');
  expect(status).toBe(0);
  expect(lines(stdout)).toEqual(['Machine "db" was restarted.', 'Machine "web" was restarted.']);
  expect(home.processes.filter((pid) => processes.includes(pid))).toHaveLength(1);
  expect(await states()).toEqual(['db Running', 'web Running', 'web2 Running']);
});

describe('ls', () => {
  const HEADINGS = ['NAME', 'DRIVER', 'STATE', 'ADDRESS', 'IMAGE', 'CPUS', 'MEMORY', 'ERRORS'];

  beforeAll(async () => {
    expect(await run('stop', 'web2')).toMatchObject({ status: 0 });
  });

  test('is a table, whose columns begin below their headings', async () => {
    const { status, stdout, stderr } = await run('ls');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [headings = '', ...rows] = stdout.trimEnd().split('\n');
    expect(headings.split(/ {3,}/)).toEqual(HEADINGS);
    const cells = rows.map((row) =>
      HEADINGS.map((heading, column) => {
        const next = HEADINGS[column + 1];
        return row.slice(headings.indexOf(heading), next === undefined ? undefined : headings.indexOf(next)).trim();
      }),
    );
    const address = expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string;
    expect(cells).toEqual([
      ['db', 'file', 'Running', address, home.image, '2', '1G', ''],
      ['web', 'file', 'Running', address, home.image, '2', '1G', ''],
      ['web2', 'file', 'Stopped', '-', home.image, '2', '1G', ''],
    ]);
  });

  test('in YAML and in JSON it is the same', async () => {
    const [json, yaml] = [await run('ls', '-o', 'json'), await run('ls', '-o', 'yaml')];
    // But for what each time took.
    const rows = (JSON.parse(json.stdout) as object[]).map((row) => ({
      ...row,
      responseMs: expect.any(Number) as number,
    }));
    expect(parse(yaml.stdout)).toEqual(rows);
    expect(parse(yaml.stdout)).toMatchObject([
      { name: 'db', driver: 'file', state: 'Running' },
      { name: 'web', driver: 'file', state: 'Running' },
      { name: 'web2', driver: 'file', state: 'Stopped' },
    ]);
    expect(yaml).toMatchObject({ status: 0, stderr: '' });
  });

  test.each<[string[], string[]]>([
    [['name=^web'], ['web', 'web2']],
    [
      ['name=^db$', 'name=2$'],
      ['db', 'web2'],
    ],
    [['state=running'], ['db', 'web']],
    [['state=Stopped'], ['web2']],
    [
      ['state=Running', 'name=b$'],
      ['db', 'web'],
    ],
    [
      ['driver=FILE', 'state=Stopped', 'state=Running', 'name=w'],
      ['web', 'web2'],
    ],
    [['driver=kvm'], []],
  ])('--filter %j shows %j', async (filters, names) => {
    const flags = filters.flatMap((filter) => ['--filter', filter]);
    expect(await run('ls', '-q', ...flags)).toEqual({
      status: 0,
      stdout: names.map((name) => `${name}\n`).join(''),
      stderr: '',
    });
  });

  test('--filter of no machine leaves the headings alone', async () => {
    const { status, stdout } = await run('ls', '--filter', 'name=none');
    expect({ status, headings: stdout.trim().split(/\s+/) }).toEqual({ status: 0, headings: HEADINGS });
  });
});

test('one port of this host cannot be that of several', async () => {
  const made = await run('create', '--image', home.image, '-p', ':22', '-p', '127.0.0.1:8080:80/udp', 'one', 'two');
  expect(made).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'Error: 2 machines cannot have the same port of this host: --publish 127.0.0.1:8080:80/udp\n' +
      'Try: --publish :80/udp, which takes a free port for each\n',
  });
});
