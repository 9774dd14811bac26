import { CATALOGUE } from '../../../src/cli/catalogue';
import { version } from '../../../package.json';
import { fileDriver } from '../../support/file-driver';
import { hvkit } from './command-line';

test.each(['image', 'leases', 'settings'])(
  '%s alone shows what may stand behind it, and is wrong usage',
  async (name) => {
    const { status, stdout, stderr } = await hvkit([name]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: hvkit .*\n(?:.*\n)*Commands:\n/);
    expect(stderr).not.toContain('Error');
  },
);

test('alone it names the first three commands', async () => {
  const { status, stdout, stderr } = await hvkit([]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const command of ['create', 'ssh', 'rm']) expect(stdout).toContain(`hvkit ${command} dev`);
});

test('its help has every command', async () => {
  const { status, stdout } = await hvkit(['--help']);
  expect(status).toBe(0);
  for (const { name, summary } of CATALOGUE) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
});

test.each(CATALOGUE.filter(({ name }) => name !== 'create').map(({ name }) => name))(
  'help of %s has examples',
  async (name) => {
    const asOption = await hvkit([name, '--help']);
    expect(asOption).toMatchObject({ status: 0, stderr: '' });
    expect(asOption.stdout).toContain(`Usage: hvkit ${name}`);
    expect(asOption.stdout).toMatch(/\nExamples:\n {2}\S/);
    await expect(hvkit(['help', name])).resolves.toEqual(asOption);
  },
);

test.each(
  ['image ls', 'image build', 'image pull', 'image rm', 'leases ls', 'leases release', 'leases prune'].concat(
    ['list', 'get', 'set', 'unset'].map((verb) => `settings ${verb}`),
  ),
)('help of %s has examples', async (line) => {
  const asOption = await hvkit([...line.split(' '), '--help']);
  expect(asOption).toMatchObject({ status: 0, stderr: '' });
  expect(asOption.stdout).toContain(`Usage: hvkit ${line}`);
  expect(asOption.stdout).toContain(`\nExamples:\n  hvkit ${line}`);
  await expect(hvkit(['help', ...line.split(' ')])).resolves.toEqual(asOption);
});

test('help of create tells the defaults, the user of the guest, and what the driver takes', async () => {
  const { status, stdout } = await hvkit(['create', '--help'], { drivers: [fileDriver] });
  expect(status).toBe(0);
  const words = stdout.replaceAll(/\s+/g, ' ');
  for (const each of [
    'processors (default: 2)',
    '(default: 1G)',
    '(default: 20G)',
    '(default: micro where',
    "user in the guest is hvkit, or the distribution's usual one",
  ]) {
    expect(words).toContain(each);
  }
  expect(words).toContain("The driver's own options: --file-guest <value>");
  expect(words).toContain('(default: ssh; FILE_GUEST)');
  expect(stdout).toMatch(/\nExamples:\n {2}hvkit create dev\n/);
});

test('help of what there is not is wrong usage', async () => {
  await expect(hvkit(['help', 'stauts'])).resolves.toEqual({
    status: 2,
    stdout: '',
    stderr: "Error: unknown command 'stauts'\nTry: hvkit help status\n",
  });
});

test("says its version in docker-machine's words", async () => {
  for (const argv of [['-v'], ['--version'], ['version'], ['ls', '-v']]) {
    await expect(hvkit(argv)).resolves.toEqual({ status: 0, stdout: `hvkit version ${version}\n`, stderr: '' });
  }
});
