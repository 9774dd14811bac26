// One platform's addons, built for release in a folder of their own: build/Release stays what the developer built.
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { unpack } from './debian.mjs';
import { requirePrograms, run } from './run.mjs';
import { Failure, filesOf, HOST, targetOf } from './targets.mjs';

const HERE = import.meta.dirname;
export const ROOT = join(HERE, '..', '..');
export const WORK = join(ROOT, 'build', 'prebuild');

/** @returns the built files by their names, and where libvirt's API descriptions of that platform are */
export function build(name) {
  const target = targetOf(name);
  const stage = join(WORK, name);
  const { env, args, apis } = target.debian ? linux(target) : darwin(target);

  // The sources keep their times, so that a second run builds only what has changed since.
  mkdirSync(stage, { recursive: true });
  for (const file of ['binding.gyp', 'package.json', 'native', 'node_modules']) {
    rmSync(join(stage, file), { recursive: true, force: true });
  }
  for (const file of ['binding.gyp', 'package.json', 'native']) {
    cpSync(join(ROOT, file), join(stage, file), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(stage, 'node_modules'));

  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  const headers = nodeHeaders();
  for (const step of ['configure', 'build']) {
    const options = ['--release', '--jobs=max', ...args, ...(headers ? [`--nodedir=${headers}`] : [])];
    run(process.execPath, [nodeGyp, step, ...options], { cwd: stage, env: { ...process.env, ...env } });
  }
  const files = filesOf(target).map((file) => [file, join(stage, 'build', 'Release', file)]);
  if (target.format === 'Mach-O') for (const [, file] of files) run('strip', ['-x', file]);
  return { files: Object.fromEntries(files), apis };
}

/** Node's headers, if they came with it; else node-gyp fetches them. The addons use Node-API only, the same everywhere. */
function nodeHeaders() {
  const prefix = join(dirname(process.execPath), '..');
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
}

/**
 * The machine's own glibc is as new as its distribution, and a linker always takes the newest version of a symbol. So
 * the compiler is this machine's, but headers and libraries are those of an older release, and libvirt's (whose symbols
 * carry the release that brought them) those of the release whose API the sources are made for.
 */
function linux({ name, debian }) {
  const { arch, triple } = debian;
  const prefix = name === HOST ? '' : `${triple}-`;
  const suffix = prefix && `-${triple}`;
  requirePrograms({
    [`${prefix}g++`]: `g++${suffix}`,
    readelf: 'binutils',
    make: 'make',
    python3: 'python3',
  });
  const compilerPackages = [
    'libc6',
    'libc6-dev',
    'linux-libc-dev',
    'libcrypt1',
    'libstdc++6',
    'libstdc++-10-dev',
    'libgcc-s1',
    'libgcc-10-dev',
  ];
  const sysroot = unpack(
    join(WORK, `sysroot-${arch}`),
    [
      { release: 'bullseye', arch, packages: compilerPackages },
      { release: 'bookworm', arch, packages: ['libvirt0', 'libvirt-dev'] },
    ],
    join(WORK, 'apt'),
  );
  const usr = join(sysroot, 'usr');
  const gcc = join(usr, 'lib', 'gcc', triple, '10');
  const includes = [join(usr, 'include', 'c++', '10'), join(usr, 'include', triple, 'c++', '10')];
  // Without run-time types, which node-gyp turns off, std::make_shared asks for a function of a newer libstdc++.
  const cxx = ['-frtti', '-nostdinc++', ...includes.map((folder) => `-isystem ${folder}`)];
  const compile = [`--sysroot=${sysroot}`, `-ffile-prefix-map=${WORK}=.`];
  const link = [
    `--sysroot=${sysroot}`,
    // Before the folders that the compiler brings, which a --sysroot does not take away.
    ...[gcc, join(usr, 'lib', triple), join(sysroot, 'lib', triple)].flatMap((folder) => [
      `-B${folder}`,
      `-L${folder}`,
    ]),
    // In glibc these were libraries of their own until 2.34.
    '-Wl,--push-state,--no-as-needed -lpthread -ldl -Wl,--pop-state',
    '-Wl,-z,now -Wl,-z,relro -s',
  ];
  const env = {
    CC: `${prefix}gcc`,
    CXX: `${prefix}g++`,
    AR: `${prefix}ar`,
    CFLAGS: compile.join(' '),
    CXXFLAGS: [...compile, ...cxx, `-include ${join(HERE, 'glibc-2.28.h')}`].join(' '),
    LDFLAGS: link.join(' '),
  };
  const api = join(usr, 'share', 'libvirt', 'api');
  return {
    env,
    args: [`--arch=${name.split('-')[1]}`],
    apis: [join(api, 'libvirt-api.xml'), join(api, 'libvirt-qemu-api.xml')],
  };
}

function darwin({ name }) {
  if (name !== HOST) throw new Failure(`${name} is built on a Mac of that kind only.`);
  const env = { MACOSX_DEPLOYMENT_TARGET: '11.0' };
  return { env, args: [], apis: apisOfThisMachine() };
}

/** libvirt's descriptions of its own API, which come with its headers. */
export function apisOfThisMachine() {
  const api = run('pkg-config', ['--variable=libvirt_api', 'libvirt']).trim();
  return [api, api.replace('libvirt-api', 'libvirt-qemu-api')];
}
