import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
