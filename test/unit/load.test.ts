import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { HvError } from '../../src/errors';
import { currentHost, describeHost, libcOf, packageManagerOf, type Host } from '../../src/native/host';
import { createLoader } from '../../src/native/load';

const DEBIAN: Host = {
  platform: 'linux',
  arch: 'x64',
  node: 'v20.20.2',
  libc: 'glibc',
  libcVersion: '2.36',
  osRelease: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
};
const ALPINE: Host = { ...DEBIAN, libc: 'musl', libcVersion: undefined, osRelease: 'NAME="Alpine Linux"\nID=alpine\n' };
const MAC: Host = {
  ...DEBIAN,
  platform: 'darwin',
  arch: 'arm64',
  libc: undefined,
  libcVersion: undefined,
  osRelease: '',
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hvkit-load-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(relative: string, content = ''): string {
  const file = join(root, relative);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function errorOf(action: () => unknown): HvError {
  try {
    action();
  } catch (error) {
    if (HvError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** What the loader makes of a file that is there and of what the dynamic linker says of it. */
function failWith(message: string, host: Host = DEBIAN): HvError {
  const file = put(`prebuilds/${host.platform}-${host.arch}/libvirt.node`);
  const open = () => {
    throw new Error(message.replaceAll('FILE', file));
  };
  return errorOf(() => createLoader({ root, host, open })('libvirt'));
}

describe('which file is loaded', () => {
  const open = (file: string) => ({ file });

  test('the prebuilt binary of this platform', () => {
    const prebuild = put('prebuilds/linux-x64/libvirt.node');
    put('prebuilds/linux-arm64/libvirt.node');
    put('build/Release/libvirt.node');
    expect(createLoader({ root, host: DEBIAN, open })('libvirt')).toEqual({ file: prebuild });
  });

  test('the local build where there is no prebuilt binary for this platform', () => {
    put('prebuilds/linux-arm64/libvirt.node');
    const build = put('build/Release/libvirt.node');
    expect(createLoader({ root, host: DEBIAN, open })('libvirt')).toEqual({ file: build });
  });

  test('the local build where the prebuilt binary does not load', () => {
    const prebuild = put('prebuilds/linux-x64/libvirt.node');
    const build = put('build/Release/libvirt.node');
    const openBuild = (file: string) => {
      if (file === prebuild) throw new Error("libc.so.6: version `GLIBC_2.99' not found");
      return { file };
    };
    expect(createLoader({ root, host: DEBIAN, open: openBuild })('libvirt')).toEqual({ file: build });
  });

  test('never a prebuilt binary on musl', () => {
    put('prebuilds/linux-x64/libvirt.node');
    const build = put('build/Release/libvirt.node');
    expect(createLoader({ root, host: ALPINE, open })('libvirt')).toEqual({ file: build });
  });
});

describe('no file at all', () => {
  test('tells what was looked for, on which platform, and how to build it', () => {
    const error = errorOf(() => createLoader({ root, host: DEBIAN })('libvirt'));
    expect(error.code).toBe('ERR_ADDON_NOT_FOUND');
    expect(error.message).toContain('linux-x64, glibc 2.36, Node v20.20.2');
    expect(error.message).toContain(join(root, 'prebuilds/linux-x64/libvirt.node'));
    expect(error.message).toContain(join(root, 'build/Release/libvirt.node'));
    expect(error.hint).toContain(`npx node-gyp rebuild --directory "${root}"`);
    expect(error.hint).toContain('libvirt-dev');
  });

  test('names the build command of a checkout there', () => {
    put('tsconfig.json');
    expect(errorOf(() => createLoader({ root, host: DEBIAN })('libvirt')).hint).toContain('npm run build');
  });

  test('says on musl why the prebuilt binary is left alone', () => {
    put('prebuilds/linux-x64/libvirt.node');
    const error = errorOf(() => createLoader({ root, host: ALPINE })('libvirt'));
    expect(error.code).toBe('ERR_ADDON_NOT_FOUND');
    expect(error.message).toContain('linux-x64, musl, Node');
    expect(error.message).not.toContain('prebuilds');
    expect(error.hint).toContain('this system has musl');
    expect(error.hint).toContain('apk add g++ make python3 libvirt-dev');
  });
});

/** Each binary here is a real one, and each error the dynamic linker's own. */
describe('files that the dynamic linker refuses', () => {
  function compile(source: string, output: string, ...flags: string[]): string {
    const file = put(`${output}.c`, source);
    const target = join(root, output);
    mkdirSync(dirname(target), { recursive: true });
    execFileSync('cc', ['-shared', '-fPIC', '-nostdlib', '-o', target, file, ...flags]);
    return target;
  }

  /** A library that only the linker of this test ever sees. */
  function library(soname: string, symbol: string, version?: string): string {
    const flags = [`-Wl,-soname,${soname}`];
    if (version) flags.push(`-Wl,--version-script=${put('versions', `${version} { global: ${symbol}; };`)}`);
    return compile(`void ${symbol}(void) {}`, `elsewhere/${soname}`, ...flags);
  }

  function load(addon: string, host: Host = { ...DEBIAN, platform: process.platform, arch: process.arch }): HvError {
    const target = join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'libvirt.node');
    mkdirSync(dirname(target), { recursive: true });
    cpSync(addon, target);
    return errorOf(() => createLoader({ root, host })('libvirt'));
  }

  const calls = (symbol: string) => `void ${symbol}(void); void *entry(void) { return ${symbol}; }`;

  if (process.platform !== 'linux') return;

  test.each(['libvirt.so.77', 'libvirt-qemu.so.77'])('%s is missing', (soname) => {
    const error = load(compile(calls('virSomething'), 'addon.node', library(soname, 'virSomething')));
    expect(error.code).toBe('ERR_LIBVIRT_MISSING');
    expect(error.message).toContain(`needs ${soname}`);
    expect(error.hint).toMatch(/^Install libvirt: sudo apt-get install libvirt0\n/);
    for (const command of [
      'dnf install libvirt-libs',
      'pacman -S libvirt',
      'apk add libvirt-libs',
      'brew install libvirt',
    ]) {
      expect(error.hint).toContain(command);
    }
    expect(String((error.cause as { message: unknown }).message)).toContain('cannot open shared object file');
  });

  test('another library is missing', () => {
    const error = load(compile(calls('other'), 'addon.node', library('libother.so.77', 'other')));
    expect(error.code).toBe('ERR_ADDON_LOAD');
    expect(error.message).toContain('libother.so.77: cannot open shared object file');
    expect(error.hint).toContain('libother.so.77');
  });

  test('glibc is too old', () => {
    const error = load(compile(calls('later'), 'addon.node', library('libc.so.6', 'later', 'GLIBC_2.99')));
    expect(error.code).toBe('ERR_ADDON_INCOMPATIBLE');
    expect(error.message).toContain('needs glibc 2.99');
    expect(error.hint).toContain('npx node-gyp rebuild');
  });

  test('libvirt is too old', () => {
    const error = load(compile(calls('virLater'), 'addon.node', library('libvirt.so.0', 'virLater', 'LIBVIRT_99.0.0')));
    expect(error.code).toBe('ERR_ADDON_INCOMPATIBLE');
    expect(error.message).toContain('needs libvirt 99.0.0');
  });

  test('libvirt lacks a function', () => {
    const error = load(compile(calls('virLater'), 'addon.node', '-Wl,-z,now'));
    expect(error.code).toBe('ERR_ADDON_INCOMPATIBLE');
    expect(error.message).toContain("needs the function virLater, which this system's libvirt does not have");
  });

  test('the file is for another processor', () => {
    const addon = compile(calls('x'), 'addon.node', '-Wl,--unresolved-symbols=ignore-all');
    const image = readFileSync(addon);
    const E_MACHINE = 18;
    const EM_S390 = 22;
    image.writeUInt16LE(EM_S390, E_MACHINE);
    writeFileSync(addon, image);
    const error = load(addon);
    expect(error.code).toBe('ERR_ADDON_INCOMPATIBLE');
    expect(error.message).toContain('another platform or processor');
  });

  test('the file is not a library', () => {
    const error = load(
      put('addon.node', 'this is a text, long enough to be looked at as a header of an ELF file\n'.repeat(9)),
    );
    expect(error.code).toBe('ERR_ADDON_INCOMPATIBLE');
    expect(error.message).toContain('invalid ELF header');
  });

  test('the library is no addon', () => {
    const error = load(compile('int nothing;', 'addon.node'));
    expect(error.code).toBe('ERR_ADDON_LOAD');
    expect(error.message).toContain('did not self-register');
  });

  test('all files that were tried are told, and the local build decides', () => {
    const prebuild = compile(calls('later'), 'addon.node', library('libc.so.6', 'later', 'GLIBC_2.99'));
    cpSync(compile('int nothing;', 'local.node'), put('build/Release/libvirt.node'));
    const error = load(prebuild);
    expect(error.code).toBe('ERR_ADDON_LOAD');
    expect(error.message).toMatch(/prebuilds\/.*GLIBC_2\.99[^]*build\/Release\/.*did not self-register/);
  });
});

describe('what other dynamic linkers say', () => {
  test('musl', () => {
    put('build/Release/libvirt.node');
    const open = () => {
      throw new Error(
        'Error loading shared library libvirt.so.0: No such file or directory (needed by /x/libvirt.node)',
      );
    };
    const error = errorOf(() => createLoader({ root, host: ALPINE, open })('libvirt'));
    expect(error.code).toBe('ERR_LIBVIRT_MISSING');
    expect(error.hint).toMatch(/^Install libvirt: apk add libvirt-libs\n/);
  });

  test('musl, of a function', () => {
    const error = failWith('Error relocating FILE: virLater: symbol not found');
    expect(error.code).toBe('ERR_ADDON_INCOMPATIBLE');
    expect(error.message).toContain('the function virLater');
  });

  test('dyld', () => {
    const error = failWith(
      'dlopen(FILE, 0x0001): Library not loaded: /opt/homebrew/opt/libvirt/lib/libvirt.0.dylib\n  Referenced from: FILE',
      MAC,
    );
    expect(error.code).toBe('ERR_LIBVIRT_MISSING');
    expect(error.message).toContain('needs /opt/homebrew/opt/libvirt/lib/libvirt.0.dylib');
    expect(error.hint).toMatch(/^Install libvirt: brew install libvirt\n/);
  });

  test('dyld, of another processor', () => {
    const error = failWith(
      "dlopen(FILE, 0x0001): tried: 'FILE' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))",
      MAC,
    );
    expect(error.code).toBe('ERR_ADDON_INCOMPATIBLE');
    expect(error.message).toContain('darwin-arm64, Node v20.20.2');
  });

  test('dyld, of a function', () => {
    const error = failWith('dlopen(FILE, 0x0001): Symbol not found: _virLater\n  Referenced from: FILE', MAC);
    expect(error.code).toBe('ERR_ADDON_INCOMPATIBLE');
    expect(error.message).toContain('the function virLater');
  });

  test('libstdc++ is too old', () => {
    const error = failWith("/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.99' not found (required by FILE)");
    expect(error.code).toBe('ERR_ADDON_INCOMPATIBLE');
    expect(error.message).toContain("needs GLIBCXX_3.4.99, and this system's libstdc++ is older");
  });

  test('something else', () => {
    const error = failWith('something else');
    expect(error.code).toBe('ERR_ADDON_LOAD');
    expect(error.message).toContain('something else');
    expect(error.cause).toMatchObject({ message: 'something else' });
  });
});

describe('the host', () => {
  test.each([
    ['ID=ubuntu\nID_LIKE=debian\n', 'apt'],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'apt'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf'],
    ["ID='endeavouros'\nID_LIKE='arch'\n", 'pacman'],
    ['ID=alpine\n', 'apk'],
    ['ID=plan9\n', undefined],
    ['', undefined],
  ])('os-release %j is kept with %s', (osRelease, manager) => {
    expect(packageManagerOf({ ...DEBIAN, osRelease })).toBe(manager);
  });

  test('an unknown system is told every command', () => {
    const error = failWith('libvirt.so.0: cannot open shared object file: No such file', { ...DEBIAN, osRelease: '' });
    expect(error.hint).toMatch(/^Install libvirt: sudo apt-get install libvirt0 \| sudo dnf install libvirt-libs \| /);
  });

  test('this one is described', () => {
    const libc = process.platform === 'linux' ? /, (glibc \d+\.\d+|musl), / : /, /;
    expect(describeHost(currentHost)).toMatch(libc);
    expect(describeHost(currentHost)).toContain(`${process.platform}-${process.arch}`);
    expect(describeHost(currentHost)).toContain(`Node ${process.version}`);
  });

  test('the C library is read from the executable', () => {
    const elf = Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(600), Buffer.from('/lib/ld-musl-x86_64.so.1\0')]);
    const executable = put('node');
    writeFileSync(executable, elf);
    expect(libcOf(executable)).toBe('musl');
    expect(libcOf(put('other', 'ELF /lib64/ld-linux-x86-64.so.2'))).toBe('glibc');
  });
});
