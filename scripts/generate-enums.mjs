#!/usr/bin/env node
// Writes src/native/libvirt/enums.ts from libvirt's own API description, the XML that libvirt-dev installs.
//
//   node scripts/generate-enums.mjs            writes the file
//   node scripts/generate-enums.mjs --stdout   prints it instead
//   node scripts/generate-enums.mjs --names    prints, as JSON, which C name became which TypeScript name
//
// Nothing in it is typed in by hand, so the names and values are libvirt's. The rules: an enum loses `vir`, a member
// loses the prefix it shares with its siblings, and the sentinels (`*_LAST`) go, because they differ between versions.

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

import { readApi } from './libvirt-api.mjs';

const OUTPUT = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'native', 'libvirt', 'enums.ts');
const WIDTH = 116;

/** Where the prefix cannot be found by `prefixesOf`. The first prefix that a member begins with is dropped. */
const PREFIXES = {
  // One member only, so there is nothing to compare it with, and the name of the enum says it in other words.
  virDomainBlockJobSetSpeedFlags: ['VIR_DOMAIN_BLOCK_JOB_SPEED'],
  virDomainSetTimeFlags: ['VIR_DOMAIN_TIME'],
  virDomainSetUserPasswordFlags: ['VIR_DOMAIN_PASSWORD'],
  virNodeGetCPUStatsAllCPUs: ['VIR_NODE_CPU_STATS'],
  virNodeGetMemoryStatsAllCells: ['VIR_NODE_MEMORY_STATS'],
  virTypedParameterFlags: ['VIR_TYPED_PARAM'],
  // VIR_DOMAIN_NONE stands among the VIR_DOMAIN_START_*.
  virDomainCreateFlags: ['VIR_DOMAIN_START', 'VIR_DOMAIN'],
  // VIR_WAR_NO_NETWORK stands beside VIR_ERR_NO_NETWORK: it becomes WAR_NO_NETWORK.
  virErrorNumber: ['VIR_ERR', 'VIR'],
};

/** Counts that grow with each version, as `*_LAST` does, but are not called so. */
const SENTINELS = new Set(['VIR_DOMAIN_MEMORY_STAT_NR']);

/** What the name of an enum may have at its end that its members do not repeat. */
const SUFFIX = /(?:Flags?|Values|Types?|Tags|Detail|Reason|State|Status|Action|Phase|Code|Mode)$/;

function versionOf(macros) {
  const number = Number(macros.find((macro) => macro.name === 'LIBVIR_VERSION_NUMBER').raw);
  return [Math.floor(number / 1e6), Math.floor(number / 1e3) % 1e3, number % 1e3].join('.');
}

/** libvirt gives some members as the name of another one: VIR_DOMAIN_MEM_LIVE is VIR_DOMAIN_AFFECT_LIVE. */
function valueOf(name, byName) {
  const { value } = byName.get(name);
  const number = byName.has(value) ? valueOf(value, byName) : Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`${name}: ${value} is no number that JavaScript holds exactly`);
  return number;
}

/** By the enum's own name where its members repeat it, for that stays when members are added; else what they share. */
function prefixesOf(type, names) {
  if (type in PREFIXES) return PREFIXES[type];
  const own = prefixFromType(type, names);
  if (own !== undefined) return [own];
  if (names.length < 2) throw new Error(`${type}: say in PREFIXES what ${names[0]} begins with`);
  return [sharedPrefix(names)];
}

function prefixFromType(type, names) {
  const segments = names[0].split('_');
  for (let rest = type; ; rest = rest.replace(SUFFIX, '')) {
    // Underscores are left out, because virNWFilterDefineFlags has VIR_NWFILTER_DEFINE_VALIDATE.
    const end = segments.findIndex((_, index) => segments.slice(0, index + 1).join('') === rest.toUpperCase());
    const prefix = segments.slice(0, end + 1).join('_');
    if (end >= 0 && names.every((name) => name.startsWith(`${prefix}_`))) return prefix;
    if (!SUFFIX.test(rest)) return undefined;
  }
}

function sharedPrefix(names) {
  const [first, ...others] = names.map((name) => name.split('_').slice(0, -1));
  const differs = first.findIndex((segment, index) => others.some((other) => other[index] !== segment));
  return (differs < 0 ? first : first.slice(0, differs)).join('_');
}

function memberName(name, prefixes) {
  const prefix = prefixes.find((candidate) => name.startsWith(`${candidate}_`));
  const member = prefix === undefined ? '' : name.slice(prefix.length + 1);
  if (!/^[A-Z_][A-Z0-9_]*$/.test(member)) throw new Error(`${name}: "${member}" cannot be the name of a member`);
  return member;
}

/** A sentinel is the highest of its enum: VIR_NETWORK_UPDATE_COMMAND_ADD_LAST is none, it adds an element at the end. */
function withoutSentinels(members, byName) {
  const highest = Math.max(...members.map(({ name }) => valueOf(name, byName)));
  const isSentinel = ({ name }) => SENTINELS.has(name) || (name.endsWith('_LAST') && valueOf(name, byName) === highest);
  return members.filter((member) => !isSentinel(member));
}

/** The enums, by module and then by name; members by value, which is the order of libvirt's headers nearly everywhere. */
function enumsOf(members) {
  const byName = new Map(members.map((member) => [member.name, member]));
  const enums = [...new Set(members.map(({ type }) => type))].map((type) => {
    const ofType = members.filter((member) => member.type === type);
    const own = withoutSentinels(ofType, byName);
    const names = own.map(({ name }) => name);
    const prefixes = prefixesOf(type, names);
    const entries = own.map((member) => ({
      ...member,
      member: memberName(member.name, prefixes),
      value: valueOf(member.name, byName),
    }));
    assertDistinct(type, entries);
    entries.sort((a, b) => a.value - b.value || (a.name < b.name ? -1 : 1));
    return { type, name: type.slice('vir'.length), module: own[0].file, entries };
  });
  return enums.sort((a, b) => (`${a.module} ${a.type}` < `${b.module} ${b.type}` ? -1 : 1));
}

function assertDistinct(type, entries) {
  const names = entries.map(({ member }) => member);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${type}: two members would be called ${twice}`);
}

function comment(text, version, indent) {
  const clean = (text ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .replaceAll('*/', '* /')
    .replace(/(?<![\w`])@(\w+)/g, '`$1`')
    .replace(/<\/?[\w-]+>(?:\/<[\w-]+>)*/g, '`$&`');
  const lines = clean === '' ? [] : wrap(clean, WIDTH - indent.length);
  // A tag is one only at the beginning of a line.
  if (version !== undefined) lines.push(`@since ${version}`);
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

function wrap(text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** Bit 31 and above in hex, so that nobody takes them for a count. */
function literal(value) {
  return value >= 2 ** 31 ? `0x${value.toString(16)}` : String(value);
}

function renderEnum({ type, name, module, entries }) {
  const members = entries.map(
    ({ info, version, member, value }) => `${comment(info, version, '  ')}  ${member} = ${literal(value)},\n`,
  );
  const see = `/** @see https://libvirt.org/html/libvirt-${module}.html#${type} */`;
  return `${see}\nexport enum ${name} {\n${members.join('')}}\n`;
}

function renderTypedParams(macros) {
  const named = macros.filter((macro) => macro.string !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  const entries = named.map(
    ({ info, version, name, string }) =>
      `${comment(info ?? '', version, '  ')}  ${name.slice('VIR_'.length)}: '${string}',\n`,
  );
  return `/** The names of typed parameters: VIR_DOMAIN_MEMORY_HARD_LIMIT is \`TypedParam.DOMAIN_MEMORY_HARD_LIMIT\`. */
export const TypedParam = {
${entries.join('')}} as const;
`;
}

function render(enums, macros) {
  return `// Generated by \`npm run generate\` from libvirt ${versionOf(macros)}: do not edit.
//
// Flags are joined with \`|\`. A few are bit 31, with which JavaScript's \`|\` gives a negative number: \`>>> 0\`
// makes it the unsigned number that libvirt means.

${enums.map(renderEnum).join('\n')}
${renderTypedParams(macros)}
/** libvirt's own name of an error's number: \`VIR_ERR_NO_DOMAIN\` for 42; undefined for one that is not known here. */
export function errorNumberName(number: number): string | undefined {
  const member = ErrorNumber[number];
  if (member === undefined) return undefined;
  return member.startsWith('WAR_') ? \`VIR_\${member}\` : \`VIR_ERR_\${member}\`;
}

/** libvirt's own name of the part that an error comes from: \`VIR_FROM_QEMU\` for 10; undefined for an unknown one. */
export function errorDomainName(domain: number): string | undefined {
  const member = ErrorDomain[domain];
  return member === undefined ? undefined : \`VIR_FROM_\${member}\`;
}
`;
}

function namesOf(enums) {
  const entriesOf = ({ name, entries }) => [
    name,
    Object.fromEntries(entries.map((entry) => [entry.name, entry.member])),
  ];
  return Object.fromEntries(enums.map(entriesOf));
}

const apis = [readApi('libvirt'), readApi('libvirt-qemu')];
const macros = apis.flatMap((api) => api.macro ?? []);
const enums = enumsOf(apis.flatMap((api) => api.enum ?? []));

if (process.argv.includes('--names')) {
  process.stdout.write(JSON.stringify(namesOf(enums), undefined, 2));
} else {
  const style = { printWidth: 120, singleQuote: true, ...(await resolveConfig(OUTPUT)), parser: 'typescript' };
  const text = await format(render(enums, macros), style);
  if (process.argv.includes('--stdout')) process.stdout.write(text);
  else writeFileSync(OUTPUT, text);
}
