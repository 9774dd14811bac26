import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { XMLParser } from 'fast-xml-parser';

/** A function as libvirt's API description tells it. `module` is the header that declares it: `libvirt-domain`. */
export interface ApiFunction {
  name: string;
  module: string;
  since: string;
  returns: string;
  args: { name: string; type: string }[];
}

export interface ApiEnumMember {
  name: string;
  /** The C enum: virDomainState. */
  type: string;
  value: number;
}

export interface Api {
  /** Of the libvirt that the description is of: `9.0.0`. */
  version: string;
  functions: ApiFunction[];
  members: ApiEnumMember[];
  /** Macros with a string for a value: VIR_DOMAIN_MEMORY_HARD_LIMIT is `hard_limit`. */
  strings: Map<string, string>;
}

interface Symbols {
  macro?: { name: string; raw?: string; string?: string }[];
  enum?: { name: string; type: string; value: string }[];
  function: {
    name: string;
    file: string;
    version: string;
    return: { type: string };
    arg?: { name: string; type: string }[];
  }[];
}

/** Reads the API description of the libvirt of this machine, with that of its QEMU extension. */
export function readApi(): Api {
  const symbols = ['libvirt_api', 'libvirt_qemu_api'].map(parse);
  const macros = symbols.flatMap((part) => part.macro ?? []);
  const members = symbols.flatMap((part) => part.enum ?? []);
  return {
    version: versionOf(macros.find(({ name }) => name === 'LIBVIR_VERSION_NUMBER')?.raw),
    functions: symbols.flatMap((part) => part.function).map(toFunction),
    members: resolve(members),
    strings: new Map(macros.flatMap(({ name, string }) => (string === undefined ? [] : [[name, string]]))),
  };
}

/** Orders `9.10.0` behind `9.9.0`. */
export function compareVersions(a: string, b: string): number {
  return toNumber(a) - toNumber(b);
}

function toNumber(version: string): number {
  return version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0);
}

function parse(variable: string): Symbols {
  const path = execFileSync('pkg-config', [`--variable=${variable}`, 'libvirt'], { encoding: 'utf8' }).trim();
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (tag) => ['macro', 'enum', 'function', 'arg'].includes(tag),
  });
  const { api } = parser.parse(readFileSync(path, 'utf8')) as { api: { symbols: Symbols } };
  return api.symbols;
}

function versionOf(raw: string | undefined): string {
  const number = Number(raw);
  return [Math.floor(number / 1e6), Math.floor(number / 1e3) % 1e3, number % 1e3].join('.');
}

function toFunction({ name, file, version, return: { type }, arg = [] }: Symbols['function'][number]): ApiFunction {
  return { name, module: file, since: version, returns: type, args: arg.map(({ name, type }) => ({ name, type })) };
}

function resolve(members: NonNullable<Symbols['enum']>): ApiEnumMember[] {
  const values = new Map(members.map(({ name, value }) => [name, value]));
  const numberOf = (value: string): number => {
    const other = values.get(value);
    return other === undefined ? Number(value) : numberOf(other);
  };
  return members.map(({ name, type, value }) => ({ name, type, value: numberOf(value) }));
}
