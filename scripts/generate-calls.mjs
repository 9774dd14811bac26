#!/usr/bin/env node
// Writes src/native/libvirt/calls.ts: the TypeScript face of every function that native/libvirt/calls/ binds by its C type.
// The tables say which functions, libvirt's own API description says their types, and the rules below are those of
// native/libvirt/slots.h. A function bound by hand has its type written by hand, in binding.ts.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

import { readApi } from './libvirt-api.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const TABLES = join(ROOT, 'native', 'libvirt', 'calls');
const OUTPUT = join(ROOT, 'src', 'native', 'libvirt', 'calls.ts');

const OBJECTS = {
  virConnectPtr: 'Connection',
  virDomainPtr: 'Domain',
  virDomainSnapshotPtr: 'DomainSnapshot',
  virDomainCheckpointPtr: 'DomainCheckpoint',
  virNetworkPtr: 'Network',
  virNetworkPortPtr: 'NetworkPort',
  virInterfacePtr: 'Interface',
  virStoragePoolPtr: 'StoragePool',
  virStorageVolPtr: 'StorageVol',
  virNodeDevicePtr: 'NodeDevice',
  virSecretPtr: 'Secret',
  virNWFilterPtr: 'NWFilter',
  virNWFilterBindingPtr: 'NWFilterBinding',
  virStreamPtr: 'Stream',
};

const INPUTS = {
  int: 'number',
  'unsigned int': 'number',
  'unsigned long': 'bigint | number',
  'long long': 'bigint | number',
  'unsigned long long': 'bigint | number',
  'const char *': 'string | null',
};

const OUTPUTS = {
  'int *': 'number',
  'unsigned int *': 'number',
  'unsigned long *': 'bigint',
  'long long *': 'bigint',
  'unsigned long long *': 'bigint',
  'char **': 'string',
  'char ***': 'string[]',
};

const RETURNS = {
  int: 'number',
  'unsigned long': 'bigint',
  'unsigned long long': 'bigint',
  'char *': 'string',
  'const char *': 'string',
};

/** Parameters that belong together, and what they are. */
const PAIRS = {
  'virTypedParameterPtr, int': { input: 'TypedParameters' },
  'virTypedParameterPtr, unsigned int': { input: 'TypedParameters' },
  'virTypedParameterPtr, int *': { output: 'ParameterValues' },
  'virTypedParameterPtr *, int *': { output: 'ParameterValues' },
  'virTypedParameterPtr *, unsigned int *': { output: 'ParameterValues' },
  'const char **, unsigned int': { input: 'readonly string[]' },
  'unsigned char *, int': { input: 'Uint8Array' },
  'const unsigned char *, size_t': { input: 'Uint8Array' },
  'virDomainBlockStatsPtr, size_t': { output: 'DomainBlockStats' },
  'virDomainInterfaceStatsPtr, size_t': { output: 'DomainInterfaceStats' },
};

function boundNames() {
  const found = { CALL: [], SYNC: [] };
  for (const file of readdirSync(TABLES).filter((name) => name.endsWith('.cc'))) {
    const text = readFileSync(join(TABLES, file), 'utf8');
    for (const [, kind, name] of text.matchAll(/HVKIT_(CALL|SYNC)\((\w+)\)/g)) found[kind].push(name);
    for (const [, name] of text.matchAll(/Newer<[^;]*?>::Bind\(\s*"(\w+)"\)/g)) found.CALL.push(name);
  }
  return found;
}

/** What a pointer to one of libvirt's structs becomes; binding.ts holds the interfaces. */
const structName = (type) => type.replace(/^vir/, '').replace(/Ptr$/, '');

function signature(api, name) {
  const args = api.arg.map(({ name: argument, type }) => ({ name: argument, type }));
  const inputs = [];
  const outputs = [];
  while (args.length > 0) {
    const [first, second] = args;
    const pair = second && PAIRS[`${first.type}, ${second.type}`];
    args.splice(0, pair ? 2 : 1);
    const list = /^(vir\w+Ptr) \*\*$/.exec(first.type)?.[1];
    if (pair) {
      if (pair.input) inputs.push(`${first.name}: ${pair.input}`);
      else outputs.push(pair.output);
    } else if (first.type in OBJECTS) inputs.push(`${first.name}: Handle<'${OBJECTS[first.type]}'>`);
    else if (first.type in INPUTS) inputs.push(`${first.name}: ${INPUTS[first.type]}`);
    else if (first.type in OUTPUTS) outputs.push(OUTPUTS[first.type]);
    else if (list) outputs.push(list in OBJECTS ? `Handle<'${OBJECTS[list]}'>[]` : `${structName(list)}[]`);
    else if (/^vir\w+Ptr$/.test(first.type)) outputs.push(structName(first.type));
    else throw new Error(`${name}: ${first.type} has no rule here; bind it by hand`);
  }
  return { inputs, result: resultOf(api, outputs) };
}

function resultOf(api, outputs) {
  if (outputs.length === 1) return outputs[0];
  if (outputs.length > 1) return `[${outputs.join(', ')}]`;
  const { type } = api.return;
  return type in OBJECTS ? `Handle<'${OBJECTS[type]}'>` : RETURNS[type];
}

function summary(api) {
  const text = typeof api.info === 'string' ? api.info : '';
  const sentence = /^.*?[.](?=\s|$)/s.exec(text.trim())?.[0] ?? text.trim();
  const line = sentence.replace(/\s+/g, ' ').replaceAll('*/', '* /');
  return line.length > 0 && line.length < 200 ? `/** ${line} */\n` : '';
}

function declarations() {
  const functions = new Map();
  for (const library of ['libvirt', 'libvirt-qemu']) {
    for (const api of readApi(library).function) functions.set(api.name, api);
  }
  const { CALL, SYNC } = boundNames();
  const all = [...CALL.map((name) => [name, false]), ...SYNC.map((name) => [name, true])].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return all.map(([name, sync]) => {
    const api = functions.get(name);
    if (!api) throw new Error(`${name} is bound, but libvirt's API description does not know it`);
    const { inputs, result } = signature(api, name);
    return `${summary(api)}${name}(${inputs.join(', ')}): ${sync ? result : `Promise<${result}>`};`;
  });
}

const members = declarations();
const structs = [...new Set(members.join('\n').match(/\b[A-Z]\w+/g))];
const imported = structs.filter((name) =>
  new RegExp(`export (interface|type) ${name}\\b`).test(
    readFileSync(join(dirname(OUTPUT), 'binding-types.ts'), 'utf8'),
  ),
);
const source = `// Written by \`npm run generate\` from native/libvirt/calls/ and libvirt's API description. Do not edit.

import type { ${imported.sort().join(', ')} } from './binding-types';

/** The functions that the addon binds by their C types: see native/libvirt/slots.h for the rules. */
export interface LibvirtCalls {
${members.join('\n')}
}
`;
const options = { ...(await resolveConfig(OUTPUT)), filepath: OUTPUT };
const text = await format(source, options);
if (process.argv.includes('--stdout')) process.stdout.write(text);
else writeFileSync(OUTPUT, text);
