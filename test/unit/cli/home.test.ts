import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { fileDriver } from '../../support/file-driver';
import { runningHome, type TestHome } from '../../support/home';
import { lease, withLeases } from '../../support/leases';
import { disk, sha256 } from '../images/disk-bytes';
import { fileHandler, serve } from '../images/web';
import { hvkit, type Ran } from './command-line';

let home: TestHome;
let env: NodeJS.ProcessEnv;
let drivers = [fileDriver];

function run(...argv: string[]): Promise<Ran> {
  return hvkit(argv, { home: home.path, drivers, env });
}

function quiet(stdout = ''): Ran {
  return { status: 0, stdout, stderr: '' };
}

/** The rows of a table, each as its cells. */
function cells({ stdout }: Ran): string[][] {
  const lines = stdout.trimEnd().split('\n');
  return lines.map((line) => line.split(/ {3,}/));
}

async function json(...argv: string[]): Promise<unknown> {
  return JSON.parse((await run(...argv, '-o', 'json')).stdout);
}

beforeEach(() => {
  home = runningHome();
  env = { PATH: process.env['PATH'], FILE_GUEST: 'silent' };
  drivers = [fileDriver];
});

afterEach(async () => {
  await home[Symbol.asyncDispose]();
});

test('settings: what is set is printed by get and list, and holds for the next machine, until unset', async () => {
  expect(await run('settings', 'get', 'image')).toEqual({ status: 1, stdout: '', stderr: '' });
  expect(await run('settings', 'set', 'memory', '2G')).toEqual(quiet());
  expect(await run('settings', 'set', 'autostart', 'yes')).toEqual(quiet());
  expect(await run('settings', 'set', 'file.guest', 'no-address')).toEqual(quiet());
  expect(await run('settings', 'get', 'memory')).toEqual(quiet('2G\n'));
  expect(await run('settings', 'get', 'autostart')).toEqual(quiet('true\n'));
  expect(readFileSync(join(home.path, 'config.yaml'), 'utf8')).toContain('memory: 2G\n');

  env['HVKIT_CPUS'] = '3';
  const [headings, ...rows] = cells(await run('settings', 'list'));
  expect(headings).toEqual(['KEY', 'VALUE', 'FROM', 'DESCRIPTION']);
  const shown = Object.fromEntries(rows.map(([key = '', ...row]) => [key, row.slice(0, 2)]));
  expect(shown).toMatchObject({
    memory: ['2G', 'config.yaml'],
    cpus: ['3', '$HVKIT_CPUS'],
    image: ['-', 'default'],
    'file.guest': ['silent', '$FILE_GUEST'],
  });
  const listed = await json('settings', 'list');
  expect(listed).toContainEqual(expect.objectContaining({ key: 'memory', value: '2G', source: 'config.yaml' }));
  expect(parse((await run('settings', 'list', '-o', 'yaml')).stdout)).toEqual(listed);

  expect(await run('settings', 'unset', 'autostart')).toEqual(quiet());
  expect(await run('create', '--image', home.image, 'dev')).toMatchObject({ status: 0 });
  expect(await json('inspect', 'dev')).toMatchObject({ spec: { cpus: 3, memory: 2048, autostart: false } });
  expect(await run('settings', 'unset', 'memory')).toEqual(quiet());
  expect(await run('settings', 'get', 'memory')).toEqual(quiet('1G\n'));
});

test('leases: ls says whose they are, prune takes those of nobody, release the one that is named', async () => {
  const table = [
    { ...lease('10.0.0.2', 'dev'), hostname: 'dev' },
    lease('10.0.0.3'),
    { ...lease('10.0.0.4'), expires: 1e9 },
  ];
  drivers = [withLeases('nets', table)];
  const mac = '52:54:00:00:00:01';
  const until = '2001-09-09T01:46:40.000Z';
  const headings = ['ADDRESS', 'NETWORK', 'MAC', 'HOSTNAME', 'EXPIRES', 'MACHINE'];
  const nobodys = [
    ['10.0.0.3', 'net', mac, '-', 'never', '-'],
    ['10.0.0.4', 'net', mac, '-', until, '-'],
  ];
  const listed = await run('leases', 'ls');
  expect(listed).toMatchObject({ status: 0, stderr: '' });
  expect(cells(listed)).toEqual([headings, ['10.0.0.2', 'net', mac, 'dev', 'never', 'dev'], ...nobodys]);
  const data = await json('leases', 'ls');
  expect(data).toEqual(table);
  expect(parse((await run('leases', 'ls', '-o', 'yaml')).stdout)).toEqual(data);

  expect(cells(await run('leases', 'prune', '--dry-run'))).toEqual([headings, ...nobodys]);
  expect(table).toHaveLength(3);
  expect(cells(await run('leases', 'prune'))).toEqual([headings, ...nobodys]);
  expect(await json('leases', 'prune')).toEqual([]);

  // One that is not there keeps the other from nothing.
  expect(await run('leases', 'release', '10.0.0.3', '10.0.0.2')).toEqual({
    status: 1,
    stdout: 'Released 10.0.0.2\n',
    stderr: expect.stringMatching(/^Error: .*10\.0\.0\.3/) as string,
  });
  expect(table).toEqual([]);
});

test('image: pulled from a URL by its checksum, listed with its size, and removed', async () => {
  const bytes = disk();
  await using web = await serve(fileHandler(bytes));
  const url = web.url('/disk.raw');
  const missing = await run('image', 'pull', url);
  expect(missing).toMatchObject({ status: 1, stdout: '' });
  expect(missing.stderr).toContain('--checksum sha256:');
  const wrong = await run('image', 'pull', '--checksum', sha256(disk(2)), url);
  expect(wrong).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('Error: ') as string });

  const pulled = await run('image', 'pull', '--checksum', sha256(bytes), url);
  expect(pulled).toMatchObject({ status: 0, stdout: `Image "${url}" is in the cache (4M).\n` });
  expect(pulled.stderr).toMatch(/: pulling\n/);
  const row = (await run('image', 'ls')).stdout.split('\n').find((line) => line.startsWith(url));
  expect(row).toMatch(/ 4M +from a URL$/);
  const listed = await json('image', 'ls');
  expect(listed).toContainEqual(expect.objectContaining({ name: url, cached: bytes.length }));
  expect(listed).toContainEqual(expect.objectContaining({ name: 'debian' }));
  expect(parse((await run('image', 'ls', '-o', 'yaml')).stdout)).toEqual(listed);

  const gone = await run('image', 'rm', url, 'debian');
  expect(gone).toMatchObject({ status: 1, stdout: `Successfully removed ${url}\n` });
  expect(gone.stderr).toContain('There is no image "debian" in the cache');
  expect(await json('image', 'ls')).not.toContainEqual(expect.objectContaining({ name: url }));
});

test('image: the login of a URL is shown nowhere', async () => {
  const bytes = disk();
  await using web = await serve(fileHandler(bytes));
  const url = web.url('/disk.raw');
  const secret = url.replace('//', '//me:geheim@');
  const pulled = await run('image', 'pull', '--checksum', sha256(bytes), secret);
  expect(pulled).toMatchObject({ status: 0, stdout: `Image "${url}" is in the cache (4M).\n` });
  const removed = await run('image', 'rm', secret);
  expect(removed).toEqual(quiet(`Successfully removed ${url}\n`));
  const again = await run('image', 'rm', secret, 'debian');
  expect(again.stderr).toContain(url);
  expect(JSON.stringify([pulled, removed, again])).not.toContain('geheim');
});

test('doctor -o json and yaml say what is wrong by kind and machine, and repair puts it right', async () => {
  expect(await run('doctor', '-o', 'json')).toEqual(quiet('[]\n'));
  await run('create', '--image', home.image, 'dev', 'db');
  expect(await run('doctor')).toEqual(quiet('All is as it should be.\n'));
  const host = join(home.path, 'host', readdirSync(join(home.path, 'host'))[0] ?? '');
  rmSync(join(host, `${home.file('dev').uuid}.disk`));

  const found = await run('doctor', '-o', 'json');
  expect(found).toMatchObject({ status: 1, stderr: '' });
  const findings: unknown = JSON.parse(found.stdout);
  expect(findings).toMatchObject([{ kind: 'missing', machine: 'dev', resource: 'disk' }]);
  const yaml = await run('doctor', '-o', 'yaml');
  expect(yaml).toMatchObject({ status: 1, stderr: '' });
  expect(parse(yaml.stdout)).toEqual(findings);
  expect(await run('doctor', '-o', 'json', 'db')).toEqual(quiet('[]\n'));

  const repaired = await run('repair');
  expect(repaired).toMatchObject({ status: 0, stdout: expect.stringContaining('(mended)') as string });
  expect(await run('doctor', 'dev')).toEqual(quiet('All is as it should be.\n'));
});

test('purge -y takes every machine, and leaves the settings', async () => {
  await run('create', '--image', home.image, 'dev', 'db');
  await run('settings', 'set', 'cpus', '1');
  const purged = await run('purge', '-y');
  expect(purged).toMatchObject({ status: 0, stdout: `Nothing is left of ${home.path} on this host.\n` });
  expect(home.remains).toEqual([]);
  expect(home.processes).toEqual([]);
  expect(await run('ls', '-q')).toEqual(quiet());
  expect(await run('settings', 'get', 'cpus')).toEqual(quiet('1\n'));
  expect(existsSync(join(home.path, 'config.yaml'))).toBe(true);
});

test('purge tells of the CA that it leaves', async () => {
  const certificates = join(home.path, 'certs');
  const nothing = `Nothing is left of ${home.path} on this host.\n`;
  expect(await run('purge', '-y')).toEqual(quiet(nothing));
  mkdirSync(certificates, { recursive: true });
  expect(await run('purge', '-y')).toEqual(quiet(`${nothing}Its CA stays, with the private key: ${certificates}\n`));
});
