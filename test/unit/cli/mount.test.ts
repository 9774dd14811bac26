import { chmodSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { fileDriver } from '../../support/file-driver';
import { TestHome } from '../../support/home';
import { hvkit, type Ran } from './command-line';

const home = new TestHome();
const programs = join(home.folder.path, 'programs');
const there = join(home.folder.path, 'there');
const here = join(home.folder.path, 'here');

function run(argv: readonly string[], path = `${programs}:${process.env['PATH'] ?? ''}`): Promise<Ran> {
  const env = { PATH: path, HOME: home.folder.path };
  return hvkit(argv, { home: home.path, drivers: [fileDriver], env });
}

function program(name: string, script: string): void {
  const file = join(programs, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

beforeAll(async () => {
  for (const folder of [programs, there, here]) mkdirSync(folder);
  writeFileSync(join(there, 'note'), 'from the machine\n');
  expect(await run(['create', '--image', home.image, 'dev'])).toMatchObject({ status: 0 });
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

test('sshfs is given what reaches the machine, and no other in its place', async () => {
  // It copies what sshfs would show, over the same sftp and with the same options of ssh.
  const copy = `printf 'get "%s/note" "%s/"\\n' "\${3#*:}" "$4" | sftp -q -b - -F "$2" "\${3%%:*}"`;
  program('sshfs', `test "$1" = -F || exit 1\n${copy}`);
  expect(await run(['mount', `dev:${there}`, here])).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(here, 'note'), 'utf8')).toBe('from the machine\n');
});

test('what fails is told in the words of the program', async () => {
  program('sshfs', 'echo "mount point is in use" >&2; exit 1');
  const failed = await run(['mount', `dev:${there}`, here]);
  expect(failed).toMatchObject({ status: 1, stdout: '' });
  expect(failed.stderr).toContain('Error: sshfs failed: mount point is in use');
  const nowhere = await run(['mount', `dev:${there}`, `${here}/nowhere`]);
  expect(nowhere.stderr).toContain(`Try: mkdir -p '${here}/nowhere'`);
  const without = await run(['mount', `dev:${there}`, here], '/nonexistent');
  expect(without.stderr).toMatch(/^Error: There is no program sshfs\nTry: apt install sshfs/);
});

test('-u takes it away again, with the program that is there', async () => {
  const log = join(home.folder.path, 'log');
  program('fusermount3', `printf '%s ' "$@" >'${log}'`);
  expect(await run(['mount', '-u', `dev:${there}`, here])).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(readFileSync(log, 'utf8')).toBe(`-u ${here} `);
});

describe('a share', () => {
  const shared = join(home.folder.path, 'shared');
  const place = join(home.folder.path, 'place');
  const isLink = (): boolean => lstatSync(place).isSymbolicLink();

  beforeAll(() => {
    for (const folder of [join(shared, 'src'), place]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(shared, 'src', 'note'), 'from this host\n');
    // The driver of these tests shares nothing.
    const file = join(home.path, 'machines', 'dev', 'machine.json');
    const record = JSON.parse(readFileSync(file, 'utf8')) as { spec: object };
    const shares = [
      { host: '/nonexistent', guest: '/dat', readOnly: false },
      { host: shared, guest: '/data', readOnly: false },
      { host: there, guest: '/data/there', readOnly: true },
      { host: shared, guest: shared, readOnly: false },
    ];
    writeFileSync(file, JSON.stringify({ ...record, spec: { ...record.spec, shares } }));
    program('sshfs', 'echo "it is not to be run" >&2; exit 1');
    program('fusermount3', 'echo "not mounted" >&2; exit 1');
  });

  test.each([
    ['/data/src', () => join(shared, 'src')],
    ['/data/./src/', () => join(shared, 'src')],
    ['/data', () => shared],
    ['/data/there', () => there],
  ])('%s becomes a link to its files, and a folder again', async (path, folder) => {
    const line = `dev:${path} is a share: its files are in ${folder()} of this host, where ${place} leads to.\n`;
    expect(await run(['mount', `dev:${path}`, place])).toEqual({ status: 0, stdout: line, stderr: '' });
    // Again, there is nothing to do.
    expect(await run(['mount', `dev:${path}`, place])).toMatchObject({ status: 0 });
    expect(isLink()).toBe(true);
    expect(await run(['mount', '-u', `dev:${path}`, place])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(isLink()).toBe(false);
  });

  test('that is mounted where it is already is only told', async () => {
    const line = `dev:${shared} is a share: its files are in ${shared} of this host.\n`;
    expect(await run(['mount', `dev:${shared}`])).toEqual({ status: 0, stdout: line, stderr: '' });
    expect(await run(['mount', '-u', `dev:${shared}`])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(shared, 'src', 'note'), 'utf8')).toBe('from this host\n');
  });

  test('takes the place of nothing but an empty folder', async () => {
    const failed = await run(['mount', 'dev:/data/src', here]);
    expect(failed).toMatchObject({ status: 1, stdout: '' });
    expect(failed.stderr).toContain(`a link to it takes the place of an empty folder, and ${here} is none`);
    expect(readFileSync(join(here, 'note'), 'utf8')).toBe('from the machine\n');
    const missing = await run(['mount', 'dev:/data/nowhere', place]);
    expect(missing.stderr).toContain('there is no such folder');
    expect(isLink()).toBe(false);
  });

  test('is no folder beside it, or above it', async () => {
    for (const path of ['/datas', '/', 'data', '/data/..']) {
      expect((await run(['mount', `dev:${path}`, place])).stderr).toContain('it is not to be run');
    }
  });

  test('-u takes away no link of somebody else', async () => {
    const other = join(home.folder.path, 'other');
    symlinkSync(here, other);
    expect((await run(['mount', '-u', 'dev:/data', other])).stderr).toContain('not mounted');
    expect(lstatSync(other).isSymbolicLink()).toBe(true);
  });
});
