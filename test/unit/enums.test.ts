import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as generated from '../../src/native/libvirt/enums';
import { compareVersions, readApi } from '../native/api';

const ROOT = join(__dirname, '..', '..');
const SCRIPT = join(ROOT, 'scripts', 'generate-enums.mjs');
const FILE = join(ROOT, 'src', 'native', 'libvirt', 'enums.ts');

type Enum = Record<string, number | string>;

const api = readApi();
const committed = readFileSync(FILE, 'utf8');
const enums = generated as unknown as Record<string, Enum | undefined>;
/** By TypeScript enum and then by C name: what the member is called in TypeScript. */
const names = JSON.parse(generate('--names')) as Record<string, Record<string, string> | undefined>;

function generate(option: string): string {
  return execFileSync(process.execPath, [SCRIPT, option], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
}

function generatedFrom(): string {
  const version = /from libvirt (\d+\.\d+\.\d+)/.exec(committed)?.[1];
  if (version === undefined) throw new Error(`${FILE} does not say which libvirt it was generated from`);
  return version;
}

/** The members of this machine's libvirt, but the sentinels, with the value that the committed file gives them. */
function compared(): { cName: string; expected: number; actual: number | string | undefined }[] {
  return api.members.flatMap(({ name, type, value }) => {
    const member = names[type.slice(3)]?.[name];
    return member === undefined ? [] : [{ cName: name, expected: value, actual: enums[type.slice(3)]?.[member] }];
  });
}

test('every member has the value that libvirt gives it', () => {
  const known = compared().filter(({ actual }) => actual !== undefined);
  expect(known.length).toBeGreaterThan(800);
  expect(known.filter(({ expected, actual }) => expected !== actual)).toEqual([]);
});

test('no member is missing that the libvirt has which the file was generated from', () => {
  const missing = compared().filter(({ actual }) => actual === undefined);
  const newer = compareVersions(api.version, generatedFrom()) > 0;
  // A newer libvirt has members more, which come with the next `npm run generate`.
  expect(newer ? [] : missing.map(({ cName }) => cName)).toEqual([]);
});

test('only sentinels are left out', () => {
  const dropped = api.members.filter(({ name, type }) => names[type.slice(3)]?.[name] === undefined);
  expect(dropped.length).toBeGreaterThan(50);
  expect(dropped.map(({ name }) => name).filter((name) => !/_LAST$|^VIR_DOMAIN_MEMORY_STAT_NR$/.test(name))).toEqual(
    [],
  );
  expect(generated.NetworkUpdateCommand.ADD_LAST).toBe(3);
  expect(generated.DomainMemoryStatTags.LAST_UPDATE).toBe(9);
});

test('generating again from the same libvirt gives the same bytes', () => {
  const same = compareVersions(api.version, generatedFrom()) === 0;
  expect(generate('--stdout')).toBe(same ? committed : generate('--stdout'));
});

test.each([
  ['an enum', generated.DomainXMLFlags.INACTIVE, 2],
  ['a name whose prefix is not the one of its enum', generated.DomainCreateFlags.PAUSED, 1],
  ['a state', generated.DomainState.RUNNING, 1],
  ['a member that libvirt defines by another one', generated.DomainMemoryModFlags.CONFIG, 2],
  ['a negative value', generated.DomainAgentResponseTimeoutValues.BLOCK, -2],
  ['bit 31', generated.ConnectGetAllDomainStatsFlags.ENFORCE_STATS, 2 ** 31],
  ['a member of the QEMU extension', generated.DomainQemuMonitorCommandFlags.HMP, 1],
])('%s', (_, actual, expected) => {
  expect(actual).toBe(expected);
});

test('an error number leads back to the name that libvirt gives it', () => {
  const numbers = api.members.filter(({ name, type }) => type === 'virErrorNumber' && name !== 'VIR_ERR_NUMBER_LAST');
  const known = numbers.filter(({ value }) => value in generated.ErrorNumber);
  expect(known.length).toBeGreaterThan(100);
  expect(known.map(({ value }) => generated.errorNumberName(value))).toEqual(known.map(({ name }) => name));
  expect(generated.errorNumberName(1e6)).toBeUndefined();
});

test('an error domain leads back to the name that libvirt gives it', () => {
  const domains = api.members.filter(({ name, type }) => type === 'virErrorDomain' && name !== 'VIR_ERR_DOMAIN_LAST');
  const known = domains.filter(({ value }) => value in generated.ErrorDomain);
  expect(known.length).toBeGreaterThan(70);
  expect(known.map(({ value }) => generated.errorDomainName(value))).toEqual(known.map(({ name }) => name));
  expect(generated.errorDomainName(1e6)).toBeUndefined();
});

test('every typed parameter has the name that libvirt gives it', () => {
  const params = Object.entries(generated.TypedParam).filter(([name]) => api.strings.has(`VIR_${name}`));
  expect(params.length).toBeGreaterThan(200);
  expect(params.filter(([name, value]) => api.strings.get(`VIR_${name}`) !== value)).toEqual([]);
  expect(generated.TypedParam.DOMAIN_MEMORY_HARD_LIMIT).toBe('hard_limit');
});

test('no enum has the name of a class of the object model', () => {
  const classes = [
    'Connection',
    'Domain',
    'DomainCheckpoint',
    'DomainSnapshot',
    'Interface',
    'LibvirtError',
    'NWFilter',
    'NWFilterBinding',
    'Network',
    'NetworkPort',
    'NodeDevice',
    'Secret',
    'StoragePool',
    'StorageVol',
    'StorageVolume',
    'Stream',
  ];
  expect(classes.filter((name) => name in generated)).toEqual([]);
});
