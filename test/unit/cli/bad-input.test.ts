import { execFile } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { recordOf } from '../../support/record';
import { fileDriver } from '../../support/file-driver';
import { TestHome } from '../../support/home';
import { hvkit, type Ran } from './command-line';

const home = new TestHome();
const bad = join(home.folder.path, 'bad');
const config = join(home.path, 'config.yaml');

beforeAll(async () => {
  mkdirSync(join(bad, 'folder'), { recursive: true });
  mkdirSync(join(bad, 'shared'));
  const files: Readonly<Record<string, string | Buffer>> = {
    empty: '',
    'garbage.qcow2': 'QFI and nothing more',
    'text.yaml': 'hello: world\n',
    'broken.yaml': '#cloud-config\nusers: [unclosed\n',
    binary: Buffer.from([0x23, 0x21, 0x00, 0xff, 0xfe]),
    key: 'not a key\n',
    'key.pub': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(bad, name), content, { mode: 0o600 });
  writeFileSync(join(bad, 'backed.qcow2'), backed('/etc/passwd'));
  chmodSync(join(bad, 'key'), 0o600);

  mkdirSync(join(home.path, 'machines', 'dev'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home.path, 'machines', 'dev', 'machine.json'), JSON.stringify(recordOf('dev')), { mode: 0o600 });
  for (const [name, content] of [
    ['torn', '{"schema": 1, "name":'],
    ['newer', JSON.stringify({ ...recordOf('newer'), schema: 99 })],
  ] as const) {
    mkdirSync(join(home.path, 'machines', name), { mode: 0o700 });
    writeFileSync(join(home.path, 'machines', name, 'machine.json'), content, { mode: 0o600 });
  }
  // What a home has beside its machines is there now, and need not be made by what is refused.
  expect(await run(['status', 'dev'])).toMatchObject({ status: 1 });
});

afterAll(async () => {
  rmSync(join(home.path, 'machines'), { recursive: true });
  await home[Symbol.asyncDispose]();
});

/** The head of a qcow2 image that would have QEMU read another file of this host. */
function backed(file: string): Buffer {
  const image = Buffer.alloc(65_536 * 4);
  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(3, 4);
  image.writeBigUInt64BE(0x200n, 8);
  image.writeUInt32BE(file.length, 16);
  image.writeUInt32BE(16, 20);
  image.writeBigUInt64BE(BigInt(2 ** 20), 24);
  image.writeUInt32BE(1, 36);
  image.writeBigUInt64BE(65_536n, 40);
  image.writeBigUInt64BE(131_072n, 48);
  image.writeUInt32BE(1, 56);
  image.writeUInt32BE(104, 100);
  image.write(file, 0x200, 'latin1');
  return image;
}

function environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home.folder.path, ...env };
}

function run(argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran> {
  return hvkit(argv, { home: home.path, drivers: [fileDriver], env: environment(env) });
}

/** Every file and folder below the home, with what is in it; but for the locks, which stay, and what is known of images. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(?:locks|cache)(?:\/|$)/.test(name))
    .toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      const stat = lstatSync(path);
      if (stat.isSymbolicLink()) return [name, `-> ${readlinkSync(path)}`];
      return [name, stat.isFile() ? readFileSync(path, 'base64') : 'folder'];
    }),
  );
}

/** A clear error with one of these statuses, and nothing made or changed. */
async function refused(
  argv: readonly string[],
  statuses: number | readonly number[],
  says: RegExp,
  env?: NodeJS.ProcessEnv,
): Promise<void> {
  const before = contents(home.path);
  const { status, stdout, stderr } = await run(argv, env);
  // What stands before it are lines of progress.
  const told = stderr.slice(Math.max(0, stderr.search(/^Error/m)));
  expect(told).toMatch(says);
  expect(told).toMatch(/^Error.*\n(?:.*\n)*Try: \S/);
  expect(told).not.toMatch(/\bat .*\.[jt]s:\d+|undefined|\[object|^Cause: \W*$/m);
  expect([statuses].flat()).toContain(status);
  expect(stdout).toBe('');
  expect(contents(home.path)).toEqual(before);
}

describe('a command line that is wrong', () => {
  test.each<[string[], RegExp]>([
    [['creat', 'dev'], /unknown command 'creat'\nTry: hvkit create/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['image', 'frob'], /unknown command 'frob'/],
    [['image', 'pul', 'debian'], /unknown command 'pul'/],
    [['ls', '--al'], /unknown option '--al'/],
    [['ls', '-Z'], /unknown option '-Z'/],
    [['create'], /No machine name specified/],
    [['create', 'new', 'new'], /"new" is named twice/],
    [['create', 'new', '--cpus'], /argument missing/],
    [['create', '--cpu', '2', 'new'], /unknown option '--cpu'\nTry: --cpus/],
    [['create', '--file-guest', 'martian', 'new'], /Allowed choices/],
    [['create', '--file-gust', 'ssh', 'new'], /unknown option '--file-gust'/],
    [['status', 'dev', 'other'], /Invalid command line. Found extra arguments \[other\]/],
    [['version', 'dev', 'now'], /Found extra arguments \[now\]/],
    [['ls', '-o', 'xml'], /Allowed choices are table, wide, json, yaml/],
    [['inspect', 'dev', '-o', 'table'], /Allowed choices are json, yaml/],
    [['ls', '--filter', 'colour=red'], /"colour=red" is no filter/],
    [['ls', '--filter', 'name'], /"name" is no filter/],
    [['ls', '--filter', 'name=['], /Invalid regular expression/],
    [['ls', '-t', '0'], /whole number, 1 or more/],
    [['ls', '-t', 'soon'], /whole number, 1 or more/],
    [['stop', '--grace=-1', 'dev'], /whole number of seconds/],
    [['stop', '--grace', '1h', 'dev'], /whole number of seconds/],
    [['start', '--all', 'dev'], /Names and --all exclude each other/],
    [['rm'], /Expected to get one or more machine names as arguments/],
    [['scp', 'one'], /A source and a destination are needed/],
    [['scp', 'one', 'two'], /Neither side is on a machine/],
    [['exec'], /A machine and a command are needed/],
    [['exec', 'dev'], /A machine and a command are needed/],
    [['ssh', 'dev', '-L', '80:localhost:80'], /"-L" is an option of the system's ssh/],
    [['settings', 'get', 'colour'], /colour/],
    [['settings', 'set', 'colour', 'red'], /colour/],
    [['settings', 'set', 'cpus', 'many'], /cpus/],
    [['settings', 'set', 'memory', '1 parsec'], /memory/],
    [['settings', 'set', 'accel', 'warp'], /accel/],
    [['settings', 'set', 'file.guest', 'martian'], /file\.guest/],
    [['settings', 'unset', 'colour'], /colour/],
    [['settings', 'set', 'cpus'], /missing required argument 'value'/],
    [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
    [['help', 'frobnicate'], /unknown command 'frobnicate'/],
    [['-s', '', 'ls'], /--storage-path is empty/],
  ])('%j', async (argv, says) => {
    await refused(argv, 2, says);
  });
});

describe('a machine that cannot be made as it is asked for', () => {
  const NAME = /Invalid hostname specified. Allowed hostname chars are: 0-9a-zA-Z \. -/;

  test.each([
    '',
    ' ',
    '.dev',
    'a b',
    'a/b',
    '../dev',
    'a_b',
    'a\nb',
    'a\0b',
    '<domain/>',
    '"><!--',
    "a'b",
    'a&amp;b',
    ']]>',
    '$(id)',
    'a;id',
    'größe',
    'ｄev',
    '‮ved',
  ])('of the name %j', async (name) => {
    await refused(['create', '--image', home.image, '--', name], 2, NAME);
  });

  test('of a name that is too long', async () => {
    await refused(['create', '--image', home.image, 'a'.repeat(64)], 2, /longer than 63 characters/);
  });

  test('of a name that is taken', async () => {
    await refused(['create', '--image', home.image, 'dev'], 1, /Docker machine "dev" already exists/);
  });

  test.each<[string[], RegExp]>([
    [['--cpus', '0'], /whole number, 1 or more/],
    [['--cpus=-1'], /whole number, 1 or more/],
    [['--cpus', 'two'], /whole number, 1 or more/],
    [['--cpus', '1.5'], /whole number, 1 or more/],
    [['--cpus', '1e3'], /whole number, 1 or more/],
    [['--cpus', '99999999999999999999'], /whole number, 1 or more/],
    [['--cpus', '513'], /cpus: .*513/],
    [['--memory', '0'], /memory/],
    [['--memory', '1'], /memory/],
    [['--memory', ''], /memory/],
    [['--memory', 'lots'], /memory/],
    [['--memory', '1X'], /memory/],
    [['--memory=-1G'], /memory/],
    [['--memory', '1.0.0G'], /memory/],
    [['--memory', '99999999999T'], /memory/],
    [['--disk', '0'], /disk/],
    [['--disk', '1K'], /disk/],
    [['--disk', 'abc'], /disk/],
    [['--disk=-5G'], /disk/],
    [['--disk', '∞'], /disk/],
    [['--accel', 'warp'], /Allowed choices are auto, kvm, tcg/],
    [['-p', 'abc'], /publish\[0\]/],
    [['-p', '80'], /publish\[0\]/],
    [['-p', '0:80'], /publish\[0\]/],
    [['-p', '8080:65536'], /publish\[0\]/],
    [['-p', '8080:80/icmp'], /publish\[0\]/],
    [['-p', '8080:80', '-p', '8080:81'], /publish\[1\].*same port of this host as publish\[0\]/],
    [['--network', 'wat'], /network/],
    [['--network', ''], /network/],
    [['--network', 'network='], /network/],
    [['--network', 'bridge='], /network/],
    [['--network', "bridge=br0'/><!--"], /network/],
    [['--network', 'bridge=a-name-that-is-too-long'], /network/],
    [['--network', 'nat:300.0.0.0/24'], /network/],
    [['--share', 'x'], /shares\[0\]/],
    [['--share', `${bad}/shared`], /shares\[0\]/],
    [['--share', `${bad}/shared:work`], /shares\[0\]/],
    [['--share', `${bad}/shared:/`], /would hide all of the guest/],
    [['--share', `${bad}/shared:/work:rx`], /shares\[0\]/],
    [['--share', `${bad}/none:/work`], /shares\[0\].*is not there\nTry: mkdir -p/],
    [['--share', `${bad}/empty:/work`], /is no folder/],
    [['--share', `${bad}/shared:/a\u0001b`], /control characters/],
    [['--share', `${bad}/shared:/a`, '--share', `${bad}/folder:/a/`], /shares\[1\]/],
    [['--user-data', `${bad}/none`], /--user-data: .*none cannot be read: no such file or directory\n/],
    [['--user-data', `${bad}/folder`], /--user-data: .*folder cannot be read: illegal operation on a directory\n/],
    [['--user-data', `${bad}/binary`], /--user-data: .*binary is no text/],
    [['--ssh-key', ''], /sshKey/],
    [['--checksum', 'md5:d41d8cd98f00b204e9800998ecf8427e'], /checksum/],
    [['--checksum', 'sha256:xyz'], /checksum/],
    [['-d', 'vmware'], /Driver "vmware" not found. Do you have the plugin binary "docker-machine-driver-vmware"/],
    [['-d', '<x/>'], /Driver "<x\/>" not found/],
  ])('%j', async (flags, says) => {
    await refused(['create', '--image', home.image, ...flags, 'new'], 2, says);
  });

  test.each<[string[], RegExp]>([
    [['--user-data', `${bad}/text.yaml`], /user data/i],
    [['--user-data', `${bad}/broken.yaml`], /user data/i],
    [['--image', ''], /image/],
  ])('%j', async (flags, says) => {
    await refused(['create', '--image', home.image, ...flags, 'new'], [1, 2], says);
  });

  test.each<[string[], RegExp]>([
    [['--ssh-key', `${bad}/none`], /none cannot be read/],
    [['--ssh-key', `${bad}/folder`], /folder cannot be read/],
    [['--ssh-key', `${bad}/key`], /key cannot be used/],
    [['--ssh-key', `${bad}/key.pub`], /key.pub is a public one.*\nTry: --ssh-key '.*\/key'\. /],
    [['--image', `${bad}/none.qcow2`], /none\.qcow2/],
    [['--image', `${bad}/empty`], /empty/],
    [['--image', `${bad}/folder`], /folder/],
    [['--image', `${bad}/garbage.qcow2`], /garbage\.qcow2/],
    [['--image', `${bad}/backed.qcow2`], /backed\.qcow2/],
    [['--image', 'no-such-image'], /no-such-image/],
    [['--image', '<image/>'], /<image\/>/],
    [['--image', 'https://'], /https:/],
    [['--image', 'ftp://127.0.0.1/disk.qcow2'], /ftp/],
    [['--image', 'http://127.0.0.1:9/disk.qcow2'], /Try: .*--checksum/],
    [['--image', bad, '--checksum', `sha256:${'0'.repeat(64)}`], /A folder has no checksum/],
  ])('%j', async (flags, says) => {
    await refused(['create', '--image', home.image, ...flags, 'new'], 3, says);
  });

  test('what the driver refuses is told before anything is made', async () => {
    await refused(
      ['create', '--image', home.image, '--file-refuse', 'new'],
      3,
      /There is no room for "new"\nTry: make room/,
    );
  });

  test('several, of which one is wrong: none is made', async () => {
    await refused(['create', '--image', home.image, 'one', 'c_d', 'two'], 2, NAME);
  });
});

describe('an environment that is wrong', () => {
  test.each<[string, string]>([
    ['HVKIT_CPUS', 'lots'],
    ['HVKIT_CPUS', '0'],
    ['HVKIT_MEMORY', '1 parsec'],
    ['HVKIT_DISK', '-1'],
    ['HVKIT_ACCEL', 'warp'],
    ['HVKIT_NETWORK', 'zzz'],
    ['HVKIT_TIMEOUT', 'never'],
    ['HVKIT_AUTOSTART', 'maybe'],
    ['FILE_REFUSE', 'maybe'],
    ['FILE_GUEST', 'martian'],
  ])('%s=%s', async (variable, value) => {
    await refused(['create', '--image', home.image, 'new'], 2, new RegExp(variable), { [variable]: value });
  });

  test('MACHINE_DRIVER=vmware', async () => {
    await refused(['create', '--image', home.image, 'new'], 2, /Driver "vmware" not found/, {
      MACHINE_DRIVER: 'vmware',
    });
  });
});

describe('a config.yaml that is wrong', () => {
  afterEach(() => {
    writeFileSync(config, '');
  });

  test.each<[string, string, RegExp]>([
    ['no YAML', 'cpus: [', /config\.yaml/],
    ['a list', '- cpus\n- memory\n', /config\.yaml/],
    ['a word', 'hello', /config\.yaml/],
    ['the same key twice', 'cpus: 1\ncpus: 2\n', /config\.yaml/],
    ['NUL bytes', '\0\0\0', /config\.yaml/],
  ])('as a file: %s', async (_, text, says) => {
    writeFileSync(config, text);
    await refused(['create', '--image', home.image, 'new'], 1, says);
  });

  test.each<[string, string, RegExp]>([
    ['a key that there is not', 'colour: red\n', /colour/],
    ['a key that is nearly right', 'cpu: 4\n', /cpu/],
    ["a driver's key that there is not", 'file:\n  colour: red\n', /colour/],
    ['a wrong value', 'cpus: many\n', /cpus/],
    ['a wrong type', 'memory: [1, 2]\n', /memory/],
    ['a size that is none', 'disk: huge\n', /disk/],
  ])('%s', async (_, text, says) => {
    writeFileSync(config, text);
    await refused(['create', '--image', home.image, 'new'], 2, says);
  });
});

describe('a machine that is not there, or cannot be read', () => {
  test.each<[string[], RegExp]>([
    [['status', 'nope'], /Docker machine "nope" does not exist/],
    [['ip', 'nope'], /Docker machine "nope" does not exist/],
    [['start', 'nope'], /Docker machine "nope" does not exist/],
    [['stop', 'nope'], /Docker machine "nope" does not exist/],
    [['ssh', 'nope'], /Docker machine "nope" does not exist/],
    [['exec', 'nope', 'true'], /Docker machine "nope" does not exist/],
    [['scp', 'nope:/etc/hosts', '.'], /Docker machine "nope" does not exist/],
    [['logs', 'nope'], /Docker machine "nope" does not exist/],
    [['console', 'nope'], /Docker machine "nope" does not exist/],
    [['inspect', '../machines/dev'], /does not exist|Invalid hostname/],
    [['rm', '-y', 'nope'], /Error removing host "nope": Docker machine "nope" does not exist\./],
    [['rm', 'nope'], /Error removing host "nope": Docker machine "nope" does not exist\./],
    [['rm', 'dev'], /There is no terminal to ask on\nTry: hvkit rm -y dev/],
    [['purge'], /There is no terminal to ask on\nTry: hvkit purge -y/],
    [['status'], /No machine name\(s\) specified and no "default" machine exists/],
    [['stop'], /No machine name\(s\) specified and no "default" machine exists/],
    [['status', 'torn'], /torn/],
    [['status', 'newer'], /newer/],
  ])('%j', async (argv, says) => {
    await refused(argv, argv[0] === 'inspect' ? [1, 2] : 1, says);
  });

  test('a home that is a file', async () => {
    const result = await hvkit(['create', '--image', home.image, 'new'], {
      home: join(bad, 'empty'),
      drivers: [fileDriver],
      env: environment(),
    });
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toMatch(/^Error: .*\n(?:.*\n)*Try: /m);
  });
});

test.each<[string[], number, RegExp]>([
  [['creat', 'dev'], 2, /unknown command/],
  [['create', 'a_b'], 2, /Invalid hostname specified/],
  [['status', 'nope'], 1, /does not exist/],
  [['create', '-d', 'vmware', 'new'], 2, /Driver "vmware" not found/],
])('as a program: %j', async (argv, status, says) => {
  const before = contents(home.path);
  const program = join(__dirname, '..', '..', '..', 'bin', 'hvkit.js');
  const result = await new Promise<Ran>((resolve) => {
    const options = { env: environment({ HVKIT_HOME: home.path }) };
    const child = execFile(process.execPath, [program, ...argv], options, (_, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, stdout, stderr });
    });
  });
  expect(result).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(says) as string });
  expect(contents(home.path)).toEqual(before);
});
