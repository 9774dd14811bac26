import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { loadAddon } from '../../src/native/load';
import { compareVersions, readApi } from './api';
import { classify, matches, page, table } from './api-coverage';
import { DESCRIBED, INTERNAL, MISSING, SUPERSEDED, UNDER_ANOTHER_NAME } from './api-unbound';

const ROOT = join(__dirname, '..', '..');
const PAGE = join(ROOT, 'docs', 'libvirt-coverage.md');
const MODEL = join(ROOT, 'src', 'native', 'libvirt');
/** Types and constants: a name that stands in these alone is one that no program can call. */
const NOT_THE_MODEL = ['binding.ts', 'calls.ts', 'enums.ts'];
/** A class's own, and for everybody, to its end: `async name(`, `get name(`, `name<T>(`. */
const METHOD = /^ {2}(?:async |get )?([a-z]\w*)(?:<[^(]*>)?\([^]*?^ {2}\}/gm;
/** Of the object within a LibvirtStream, which is called by being read and written. */
const OF_A_STREAM = ['newStream', 'receive', 'send', 'finish', 'wantEvents'];

const api = readApi();
const exported = Object.keys(loadAddon<Record<string, unknown>>('libvirt'));
const ownName = exported.filter((name) => /^vir[A-Z]/.test(name));
const bound = new Set([...ownName, ...Object.keys(UNDER_ANOTHER_NAME)]);
const entries = classify(api, bound);

test('the API description is not older than what the tables were written from', () => {
  expect(compareVersions(api.version, DESCRIBED)).toBeGreaterThanOrEqual(0);
});

test('the addon binds functions of libvirt, by their own names', () => {
  const known = new Set(api.functions.map(({ name }) => name));
  expect(bound.size).toBeGreaterThan(100);
  expect([...bound].filter((name) => !known.has(name))).toEqual([]);
});

test('each function of libvirt is bound, or the tables say why not', () => {
  process.stdout.write(`\n${table(entries)}\n\n`);
  expect(entries.filter(({ status }) => status === 'unaccounted').map(({ fn }) => fn.name)).toEqual([]);
});

test('the tables name functions that libvirt has and the addon does not bind', () => {
  const named = [...INTERNAL, ...MISSING].flatMap(({ functions }) => functions);
  const unknown = [...Object.keys(SUPERSEDED), ...named].filter(
    (pattern) => !entries.some(({ fn, status }) => matches(pattern, fn) && status !== 'bound'),
  );
  expect(unknown).toEqual([]);
});

test('what supersedes a call is bound', () => {
  expect(Object.entries(SUPERSEDED).filter(([, other]) => !bound.has(other))).toEqual([]);
});

test('the object model uses each bound function', () => {
  const files = readdirSync(MODEL, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !NOT_THE_MODEL.includes(file));
  const used = new Set(
    sources.flatMap((file) => readFileSync(join(MODEL, file), 'utf8').match(/\bvir[A-Z]\w*/g) ?? []),
  );
  expect(ownName.filter((name) => !used.has(name))).toEqual([]);
});

test('a test calls each method that asks libvirt', () => {
  const calls = new Set(
    ['native', 'lab'].flatMap((kind) => {
      const folder = join(__dirname, '..', kind);
      const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
      return files.flatMap((file) => readFileSync(join(folder, file), 'utf8').match(/(?<=\.)[a-z]\w*/g) ?? []);
    }),
  );
  const files = readdirSync(MODEL).filter((file) => file.endsWith('.ts') && !NOT_THE_MODEL.includes(file));
  const methods = files
    .flatMap((file) => Array.from(readFileSync(join(MODEL, file), 'utf8').matchAll(METHOD)))
    .filter(([whole]) => /'vir[A-Z]/.test(whole))
    .map(([, name = '']) => name);
  expect(methods.length).toBeGreaterThan(300);
  expect(methods.filter((name) => !calls.has(name) && !OF_A_STREAM.includes(name))).toEqual([]);
});

test('what has another name is exported by it', () => {
  expect(Object.values(UNDER_ANOTHER_NAME).filter((name) => !exported.includes(name))).toEqual([]);
  expect(ownName.filter((name) => name in UNDER_ANOTHER_NAME)).toEqual([]);
});

test('the page of the documentation tells the same', () => {
  if (process.env['WRITE_COVERAGE']) writeFileSync(PAGE, page(entries));
  // `npm run coverage:api` writes it anew.
  expect(readFileSync(PAGE, 'utf8')).toBe(page(entries));
});
