// The one table of what a published package carries, and of what each binary is made with.

/** glibc and libstdc++: what Node's own Linux binaries ask for, so that an addon never asks for more. libvirt: ours. */
export const FLOORS = {
  GLIBC: '2.28',
  GLIBCXX: '3.4.25',
  CXXABI: '1.3.11',
  GCC: '7.0.0',
  LIBVIRT: '6.0.0',
  LIBVIRT_QEMU: '6.0.0',
};

/** The addons, and which libraries each may name that no other must need. */
export const ADDONS = {
  libvirt: ['libvirt.so.0', 'libvirt-qemu.so.0', 'libvirt.0.dylib', 'libvirt-qemu.0.dylib'],
  hyperkit: [],
  vmnet: ['vmnet'],
};

/** What is no addon, and of use on macOS alone. */
export const PROGRAMS = { 'hvkit-vmnet': ['vmnet'], 'hvkit-9p': [] };

/** Shared libraries that any addon may name. */
const LINUX_LIBRARIES = ['libstdc++.so.6', 'libgcc_s.so.1', 'libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0'];
const DARWIN_LIBRARIES = ['libc++.1.dylib', 'libSystem.B.dylib'];

/** Every platform has every addon, some have programs too. */
export const TARGETS = {
  'linux-x64': {
    format: 'ELF',
    machine: 62,
    libraries: [...LINUX_LIBRARIES, 'ld-linux-x86-64.so.2'],
    debian: { arch: 'amd64', triple: 'x86_64-linux-gnu', linker: 'ld-linux-x86-64.so.2' },
    emulator: 'qemu-x86_64-static',
  },
  'linux-arm64': {
    format: 'ELF',
    machine: 183,
    libraries: [...LINUX_LIBRARIES, 'ld-linux-aarch64.so.1'],
    debian: { arch: 'arm64', triple: 'aarch64-linux-gnu', linker: 'ld-linux-aarch64.so.1' },
    emulator: 'qemu-aarch64-static',
  },
  'darwin-x64': { format: 'Mach-O', machine: 0x01000007, libraries: DARWIN_LIBRARIES, programs: PROGRAMS },
  'darwin-arm64': { format: 'Mach-O', machine: 0x0100000c, libraries: DARWIN_LIBRARIES, programs: PROGRAMS },
};

export const HOST = `${process.platform}-${process.arch}`;

export function targetOf(name) {
  const target = TARGETS[name];
  if (!target) {
    throw new Failure(`No prebuilt binaries are made for ${name}; only for ${Object.keys(TARGETS).join(', ')}.`);
  }
  return { name, ...target };
}

/** The names of the files that a target has. */
export function filesOf({ programs = {} }) {
  return [...Object.keys(ADDONS).map((addon) => `${addon}.node`), ...Object.keys(programs)];
}

/** What goes wrong for a reason that the user can do something about: told without a stack. */
export class Failure extends Error {}
