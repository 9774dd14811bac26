import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { CATALOGUE } from '../../../src/cli/catalogue';
import { Folder } from '../../support/folder';
import { hvkit } from './command-line';

const SHELLS = ['bash', 'zsh', 'fish'];

const folder = new Folder();
const home = join(folder.path, 'home');

beforeAll(async () => {
  for (const name of ['web1', 'web2', 'db']) {
    mkdirSync(join(home, 'machines', name), { recursive: true });
    writeFileSync(join(home, 'machines', name, 'machine.json'), '{}');
  }
  // Left by a crash: no machine yet.
  mkdirSync(join(home, 'machines', 'wreck'));
  mkdirSync(join(folder.path, 'other home', 'machines', 'elsewhere'), { recursive: true });
  writeFileSync(join(folder.path, 'other home', 'machines', 'elsewhere', 'machine.json'), '{}');
  writeFileSync(join(folder.path, 'user-data.yaml'), '');
  for (const shell of SHELLS) {
    const { status, stdout, stderr } = await hvkit(['completion', shell]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    writeFileSync(join(folder.path, `hvkit.${shell}`), stdout);
  }
});

afterAll(() => {
  folder[Symbol.dispose]();
});

/** What the real shell offers at the end of a line. */
async function offers(shell: string, line: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { stdout, stderr } = await promisify(execFile)(
    join(__dirname, 'shells', shell),
    [join(folder.path, `hvkit.${shell}`), line],
    { cwd: folder.path, env: { PATH: process.env['PATH'], HOME: folder.path, HVKIT_HOME: home, ...env } },
  );
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .filter((word) => word !== '')
    .toSorted();
}

describe.each(SHELLS)('%s offers', (shell) => {
  test('every command', async () => {
    await expect(offers(shell, 'hvkit ')).resolves.toEqual(CATALOGUE.map(({ name }) => name).toSorted());
  });

  test.each([
    ['commands by their beginning', 'hvkit st', ['start', 'status', 'stop']],
    ['commands below a command', 'hvkit image ', ['build', 'ls', 'pull', 'rm']],
    ['commands behind an option', 'hvkit --debug st', ['start', 'status', 'stop']],
    ['commands to have the help of', 'hvkit help pu', ['purge']],
    ['flags', 'hvkit create --au', ['--autostart']],
    ["flags of the driver's own", 'hvkit create --kvm-u', ['--kvm-uri']],
    ['what such a flag may be', 'hvkit create --kvm-firmware b', ['bios']],
    ['flags of a command below a command', 'hvkit image pull --ch', ['--checksum']],
    ['what a flag may be', 'hvkit ls -o ', ['json', 'table', 'wide', 'yaml']],
    ['what a flag may be, by its beginning', 'hvkit create --accel k', ['kvm']],
    ['what an argument may be', 'hvkit completion ', ['bash', 'fish', 'zsh']],
    ['machines', 'hvkit start ', ['db', 'web1', 'web2']],
    ['machines by their beginning', 'hvkit ssh w', ['web1', 'web2']],
    ['machines behind machines', 'hvkit rm web1 d', ['db']],
    ['machines behind flags', 'hvkit stop --grace 5 d', ['db']],
    ['sides of a copy', 'hvkit scp we', ['web1:', 'web2:']],
    ['files', 'hvkit create --user-data us', ['user-data.yaml']],
    ['no machine where a new one is named', 'hvkit create w', []],
  ])('%s', async (_, line, expected) => {
    await expect(offers(shell, line)).resolves.toEqual(expected);
  });

  test('the same for docker-machine', async () => {
    await expect(offers(shell, 'docker-machine ssh w')).resolves.toEqual(['web1', 'web2']);
  });

  test('what a flag may be, behind an equals sign', async () => {
    const words = await offers(shell, 'hvkit ls --output=j');
    expect(words.map((word) => word.replace('--output=', ''))).toEqual(['json']);
  });

  test('the machines of the home in use, whatever is in its name', async () => {
    const other = join(folder.path, 'other home');
    await expect(offers(shell, 'hvkit start ', { HVKIT_HOME: other })).resolves.toEqual(['elsewhere']);
    await expect(offers(shell, 'hvkit start ', { HVKIT_HOME: '', MACHINE_STORAGE_PATH: other })).resolves.toEqual([
      'elsewhere',
    ]);
    await expect(offers(shell, 'hvkit start ', { HVKIT_HOME: join(folder.path, 'none') })).resolves.toEqual([]);
  });

  test('the machines of the home that is named before', async () => {
    const plain = join(home, 'second');
    mkdirSync(join(plain, 'machines', 'there'), { recursive: true });
    writeFileSync(join(plain, 'machines', 'there', 'machine.json'), '{}');
    // No blank in it: a shell hands over words as they are typed, quotes and all.
    await expect(offers(shell, `hvkit -s ./home/second start `)).resolves.toEqual(['there']);
  });
});

test('a shell that there is no completion for', async () => {
  const { status, stdout, stderr } = await hvkit(['completion', 'tcsh']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});
