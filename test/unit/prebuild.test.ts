import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SCRIPT = join(__dirname, '..', '..', 'scripts', 'prebuild.mjs');
const SOUND = ['-Wl,-z,nodelete', '-Wl,-z,now', '-s'];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-prebuild-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function prebuild(...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

function put(relative: string, content: string | Buffer): string {
  const file = join(folder, relative);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** The first bytes of a binary, which say what machine it is for. */
const HEADERS: Record<string, Buffer> = {
  'linux-x64': elf(62),
  'linux-arm64': elf(183),
  'darwin-x64': machO(0x01000007),
  'darwin-arm64': machO(0x0100000c),
};

const filesOf = (target: string): string[] => [
  ...['libvirt.node', 'hyperkit.node', 'vmnet.node'],
  ...(target.startsWith('darwin') ? ['hvkit-vmnet', 'hvkit-9p'] : []),
];

function putFiles(target: string, content: Buffer): void {
  for (const file of filesOf(target)) put(`${target}/${file}`, content);
}

function elf(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.writeUInt16LE(machine, 18);
  return header;
}

function machO(machine: number): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0xfeedfacf, 0);
  header.writeUInt32LE(machine, 4);
  return header;
}

describe('--check, before a release', () => {
  test('lets one pass that is whole', () => {
    for (const [target, header] of Object.entries(HEADERS)) putFiles(target, header);
    expect(prebuild('--check', '--out', folder)).toMatchObject({ status: 0 });
  });

  test.each(Object.keys(HEADERS).flatMap((target) => filesOf(target).map((file) => `${target}/${file}`)))(
    'stops one that lacks %s',
    (absent) => {
      for (const [target, header] of Object.entries(HEADERS)) putFiles(target, header);
      rmSync(join(folder, absent));
      const { status, said } = prebuild('--check', '--out', folder);
      expect(status).toBe(1);
      expect(said).toContain(`${absent}: missing`);
      expect(said.match(/missing/g)).toHaveLength(1);
    },
  );

  test('stops one that lacks a platform', () => {
    for (const [target, header] of Object.entries(HEADERS)) {
      if (target !== 'darwin-x64') putFiles(target, header);
    }
    const { status, said } = prebuild('--check', '--out', folder);
    expect(status).toBe(1);
    expect(said.match(/darwin-x64.*missing/g)).toHaveLength(filesOf('darwin-x64').length);
  });

  test('stops one with a binary in the wrong folder', () => {
    for (const target of Object.keys(HEADERS)) putFiles(target, elf(62));
    const { status, said } = prebuild('--check', '--out', folder);
    expect(status).toBe(1);
    expect(said).toContain('linux-arm64/libvirt.node: no ELF file for linux-arm64');
    expect(said).toContain('darwin-x64/libvirt.node: no Mach-O file for darwin-x64');
  });
});

/** Real binaries, each with one thing wrong. They are linked against libraries that only this test's linker ever sees. */
describe('--inspect', () => {
  if (process.platform !== 'linux') return;

  function compile(source: string, output: string, ...flags: string[]): string {
    const target = join(folder, output);
    mkdirSync(dirname(target), { recursive: true });
    const args = ['-shared', '-fPIC', '-nostdlib', '-o', target, put(`${output}.c`, source), ...flags];
    const { status, stderr } = spawnSync('cc', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return target;
  }

  function library(soname: string, symbol: string, version: string): string {
    const versions = put('versions', `${version} { global: ${symbol}; };`);
    const flags = [`-Wl,-soname,${soname}`, `-Wl,--version-script=${versions}`];
    return compile(`void ${symbol}(void) {}`, `elsewhere/${soname}`, ...flags);
  }

  const calls = (symbol: string) => `void ${symbol}(void); void *entry(void) { return ${symbol}; }`;

  test('passes what asks for nothing new', () => {
    const libvirt = library('libvirt.so.0', 'virConnectOpen', 'LIBVIRT_6.0.0');
    const { status, said } = prebuild('--inspect', compile(calls('virConnectOpen'), 'libvirt.node', libvirt, ...SOUND));
    expect({ status, said }).toMatchObject({ status: 0 });
    expect(said).toContain('LIBVIRT: 6.0.0 (<= 6.0.0)');
  });

  test.each([
    ['libc.so.6', 'pthread_create', 'GLIBC_2.34', 'GLIBC_2.28'],
    ['libstdc++.so.6', 'something', 'GLIBCXX_3.4.29', 'GLIBCXX_3.4.25'],
    ['libvirt.so.0', 'virConnectOpen', 'LIBVIRT_6.0.1', 'LIBVIRT_6.0.0'],
    ['libvirt.so.0', 'virConnectOpen', 'LIBVIRT_10.0.0', 'LIBVIRT_6.0.0'],
  ])('refuses %s with %s of %s', (soname, symbol, version, floor) => {
    const addon = compile(calls(symbol), 'libvirt.node', library(soname, symbol, version), ...SOUND);
    const { status, said } = prebuild('--inspect', addon);
    expect(status).toBe(1);
    expect(said).toContain(`needs ${version}, newer than ${floor}, because of ${symbol}`);
  });

  test.each([
    ['virDomainGetMessages', 'which libvirt has only since 7.1.0'],
    ['virDomainOfTheFuture', "which libvirt's API description does not know"],
  ])('refuses a call of %s', (symbol, why) => {
    const { status, said } = prebuild('--inspect', compile(calls(symbol), 'libvirt.node', ...SOUND));
    expect(status).toBe(1);
    expect(said).toContain(`calls ${symbol}, ${why}`);
  });

  test('refuses libvirt where another addon needs it', () => {
    const libvirt = library('libvirt.so.0', 'virConnectOpen', 'LIBVIRT_6.0.0');
    const { status, said } = prebuild(
      '--inspect',
      compile(calls('virConnectOpen'), 'hyperkit.node', libvirt, ...SOUND),
    );
    expect(status).toBe(1);
    expect(said).toContain('needs libvirt.so.0');
  });

  test('refuses another library', () => {
    const other = compile('void other(void) {}', 'elsewhere/libother.so.1', '-Wl,-soname,libother.so.1');
    const { status, said } = prebuild('--inspect', compile(calls('other'), 'libvirt.node', other, ...SOUND));
    expect(status).toBe(1);
    expect(said).toContain('needs libother.so.1');
  });

  test.each([
    ['a path to libraries', [...SOUND, '-Wl,-rpath,/somewhere'], 'has a RUNPATH'],
    ['what may be unloaded', ['-Wl,-z,now', '-s'], 'lacks the flag NODELETE'],
    ['lazy binding', ['-Wl,-z,nodelete', '-Wl,-z,lazy', '-s'], 'is bound lazily'],
    ['symbols for a debugger', ['-Wl,-z,nodelete', '-Wl,-z,now', '-g'], 'is not stripped'],
  ])('refuses %s', (_what, flags, why) => {
    const { status, said } = prebuild('--inspect', compile('int nothing;', 'libvirt.node', ...flags));
    expect(status).toBe(1);
    expect(said).toContain(why);
    expect(said.trim().split('\n')).toHaveLength(2);
  });

  test('refuses a file for another platform', () => {
    const { status, said } = prebuild('--inspect', put('libvirt.node', elf(22)));
    expect(status).toBe(1);
    expect(said).toContain('is no ELF file for');
  });
});
