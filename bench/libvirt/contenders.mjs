import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const HERE = join(import.meta.dirname, 'contenders');
// The one that Debian's python3-libvirt belongs to; another python may come first in the path.
export const PYTHON = '/usr/bin/python3';

export const C = 'C';
export const C_LOOP = 'C, event loop';
export const HVKIT = 'hvkit';
export const PY = 'libvirt-python';
export const PY_LOOP = 'libvirt-python, event loop';
export const KOFFI_SYNC = 'koffi, blocking';
export const KOFFI_ASYNC = 'koffi, thread pool';
export const VIRSH = 'virsh, spawned';

/** Compiles the C program and the time stamp that is preloaded for events. */
export function compile(bench) {
  const warnings = ['-Wall', '-Wextra'];
  const source = (name) => join(HERE, name);
  execFileSync('cc', ['-O2', ...warnings, '-o', program(bench), source('program.c'), '-lvirt', '-lpthread']);
  execFileSync('cc', ['-O2', ...warnings, '-shared', '-fPIC', '-o', stampLibrary(bench), source('stamp.c'), '-ldl']);
}

/** All that can be measured at this connection, `domain` being the name of one of its domains. */
export function contenders(bench, { uri, domain }) {
  const node = [process.execPath, '--expose-gc'];
  const koffi = [...node, join(HERE, 'koffi.mjs'), uri, domain];
  const python = [PYTHON, join(HERE, 'program.py'), uri, domain];
  const c = [program(bench), uri, domain];
  return [
    { label: C, command: c },
    { label: C_LOOP, command: [...c, 'loop'] },
    ...builds(bench).map(({ label, dir }) => ({
      label,
      command: [...node, join(HERE, 'hvkit.mjs'), dir, uri, domain],
    })),
    { label: PY, command: python },
    { label: PY_LOOP, command: [...python, 'loop'] },
    { label: KOFFI_SYNC, command: [...koffi, 'sync'] },
    { label: KOFFI_ASYNC, command: [...koffi, 'async'] },
    { label: VIRSH, command: [process.execPath, join(HERE, 'virsh.mjs'), uri, domain] },
  ];
}

/** The hvkit that is measured, and those it is compared with. */
export function builds(bench) {
  return [{ label: HVKIT, dir: bench.root }, ...bench.against];
}

/** With the time of libvirt's callback noted for it. */
export function stamped(bench, { label, command }, index) {
  const env = { LD_PRELOAD: stampLibrary(bench), HVKIT_BENCH_STAMP: join(bench.folder, `stamp-${index}`) };
  return { label, command, env };
}

function program(bench) {
  return join(bench.folder, 'program');
}

function stampLibrary(bench) {
  return join(bench.folder, 'stamp.so');
}
