// What a binary asks of the system that it is loaded on, and where that is more than we promise.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename } from 'node:path';

import { run } from './run.mjs';
import { ADDONS, FLOORS, PROGRAMS } from './targets.mjs';

/** The format and the machine that a file's header names, or undefined if it is no binary that we know. */
export function formatOf(file) {
  const head = Buffer.alloc(20);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, head, 0, head.length, 0);
  } finally {
    closeSync(fd);
  }
  if (head.toString('latin1', 0, 4) === '\x7fELF') return { format: 'ELF', machine: head.readUInt16LE(18) };
  if (head.readUInt32LE(0) === 0xfeedfacf) return { format: 'Mach-O', machine: head.readUInt32LE(4) };
  return undefined;
}

export function isFor(file, target) {
  const found = formatOf(file);
  return found?.format === target.format && found.machine === target.machine;
}

/**
 * @param apis libvirt's own descriptions of its API, which tell since when each function is there
 * @returns the facts for people, and the faults: none means that the file may be published
 */
export function inspect(file, target, apis) {
  if (!isFor(file, target)) return { facts: {}, faults: [`is no ${target.format} file for ${target.name}`] };
  const found = target.format === 'ELF' ? readElf(file) : readMachO(file);
  // The file is named like its addon, or its program.
  const allowed = [...target.libraries, ...({ ...ADDONS, ...PROGRAMS }[basename(file, '.node')] ?? [])];
  const faults = [
    ...found.libraries
      .filter((library) => !allowed.includes(library))
      .map((library) => `needs ${library}, which is not among the libraries that it may need`),
    ...tooNew(found.symbols, apis),
    ...found.faults,
  ];
  return { facts: { libraries: found.libraries.join(' '), ...found.facts }, faults };
}

/** Every function of libvirt's that is called, against the release that brought it. */
function tooNew(symbols, apis) {
  const since = new Map();
  for (const api of apis) {
    for (const [, name, version] of readFileSync(api, 'utf8').matchAll(
      /<function name='(\w+)'[^>]*? version='([\d.]+)'/g,
    )) {
      since.set(name, version);
    }
  }
  return symbols
    .filter((symbol) => /^vir[A-Z]/.test(symbol))
    .flatMap((symbol) => {
      const version = since.get(symbol);
      if (!version) return [`calls ${symbol}, which libvirt's API description does not know`];
      return isNewer(version, FLOORS.LIBVIRT) ? [`calls ${symbol}, which libvirt has only since ${version}`] : [];
    });
}

function readElf(file) {
  const dynamic = run('readelf', ['--dynamic', '--wide', file]);
  const libraries = [...dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((match) => match[1]);
  const faults = [];
  for (const tag of ['RPATH', 'RUNPATH']) {
    if (dynamic.includes(`(${tag})`)) {
      faults.push(`has a ${tag}: it would look for libraries in folders of this machine`);
    }
  }
  if (!/FLAGS_1.*\bNODELETE\b/.test(dynamic)) {
    faults.push('lacks the flag NODELETE: it could be unloaded while a thread of its own runs');
  }
  if (!/FLAGS_1.*\bNOW\b/.test(dynamic)) {
    faults.push(
      'is bound lazily: a function that is missing would end the process at its first call, not fail the load',
    );
  }
  if (/ \.(symtab|debug_info) /.test(run('readelf', ['--sections', '--wide', file]))) faults.push('is not stripped');

  const versions = neededVersions(run('readelf', ['--version-info', '--wide', file]));
  for (const [name, version] of Object.entries(versions)) {
    const floor = FLOORS[name];
    if (!floor) faults.push(`needs ${name}_${version}, a name for which no floor is set`);
    else if (isNewer(version, floor)) {
      const culprits = symbolsOf(file, `${name}_${version}`).join(', ');
      faults.push(`needs ${name}_${version}, newer than ${name}_${floor}, because of ${culprits}`);
    }
  }
  const facts = Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [name, `${version} (<= ${FLOORS[name]})`]),
  );
  return { libraries, symbols: symbolsOf(file), faults, facts };
}

/** The newest version of each name (GLIBC, LIBVIRT, ...) in the section of what is needed. */
function neededVersions(text) {
  const newest = {};
  const needs = text.slice(text.indexOf('.gnu.version_r'));
  for (const [, name, version] of needs.matchAll(/Name: ([A-Z_]+)_([\d.]+)/g)) {
    if (!newest[name] || isNewer(version, newest[name])) newest[name] = version;
  }
  return newest;
}

/** What the file takes from elsewhere; only what it takes at that version, if one is named. */
function symbolsOf(file, version) {
  return run('readelf', ['--dyn-syms', '--wide', file])
    .split('\n')
    .map((line) => /\sUND\s+([^@\s]+)(?:@+(\S+))?/.exec(line))
    .filter((match) => match && (version === undefined || match[2] === version))
    .map((match) => match[1]);
}

function readMachO(file) {
  const lines = run('otool', ['-L', file]).split('\n').slice(1);
  const libraries = lines
    .map((line) => basename(line.trim().split(' ')[0]))
    .filter((name) => name && name !== basename(file));
  const symbols = run('nm', ['-u', file])
    .split('\n')
    .map((line) => line.trim().replace(/^_/, ''));
  return { libraries, symbols, faults: [], facts: {} };
}

export function isNewer(version, than) {
  const left = version.split('.').map(Number);
  const right = than.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
