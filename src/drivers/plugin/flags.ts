import { z } from 'zod';

import { garbage } from './gob/garbage';
import { Registered, type GobStruct, type GobType, type GobValue } from './gob/value';

/** One of the options that a driver has, as it tells them. */
export interface Flag {
  /** Without its dashes, and with the driver's name before it: `amazonec2-region`. */
  name: string;
  usage: string;
  /** Of the environment: `AWS_DEFAULT_REGION`. */
  variable: string;
  kind: 'string' | 'number' | 'boolean' | 'list';
  preset: string | number | boolean | readonly string[];
}

const KINDS: Readonly<Record<string, Pick<Flag, 'kind' | 'preset'>>> = {
  StringFlag: { kind: 'string', preset: '' },
  StringSliceFlag: { kind: 'list', preset: [] },
  IntFlag: { kind: 'number', preset: 0 },
  BoolFlag: { kind: 'boolean', preset: false },
};

const STRINGS: GobType = { slice: 'string' };
const VALUES: GobType = { struct: 'RPCFlags', fields: [['Values', { map: ['string', 'interface'] }]] };

/** What GetCreateFlags answers. */
export function flagsIn(answer: GobValue): Flag[] {
  if (!Array.isArray(answer)) throw garbage('flags that are no list');
  return (answer as readonly GobValue[]).map((each) => {
    const [, form = ''] = each instanceof Registered ? (/(\w+)$/.exec(each.name) ?? []) : [];
    const kind = KINDS[form];
    if (!(each instanceof Registered) || kind === undefined) throw garbage(`a flag of an unknown kind, ${form}`);
    const { Name, Usage, EnvVar, Value } = each.value as GobStruct;
    const name = textIn(Name);
    if (!/^[a-z0-9][\w.-]*$/i.test(name)) throw garbage(`${JSON.stringify(name)} as the name of a flag`);
    return { name, usage: textIn(Usage), variable: textIn(EnvVar), ...presetIn(kind, Value) };
  });
}

function presetIn(
  { kind, preset }: Pick<Flag, 'kind' | 'preset'>,
  value: GobValue | undefined,
): (typeof KINDS)[string] {
  if (kind === 'list' && Array.isArray(value)) return { kind, preset: (value as readonly GobValue[]).map(textIn) };
  if ((kind === 'string' && typeof value === 'string') || (kind === 'number' && typeof value === 'number')) {
    return { kind, preset: value };
  }
  return { kind, preset };
}

/** The options as hvkit has them: `amazonec2-access-key` is `accessKey` of the driver amazonec2. */
export function schemaOf(driver: string, flags: readonly Flag[]): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      flags.map((flag) => {
        const { usage: description, variable, name } = flag;
        const meta = { description, flag: `--${name}`, ...(variable !== '' && { variable }) };
        return [optionOf(driver, name), bare(flag).meta(meta)];
      }),
    ),
  );
}

function bare({ kind, preset }: Flag): z.ZodType {
  switch (kind) {
    case 'string':
      return preset === '' ? z.string().optional() : z.string().default(String(preset));
    case 'number':
      return z.int().default(Number(preset));
    case 'boolean':
      return z.boolean().default(preset === true);
    case 'list':
      return z.array(z.string()).default(Array.isArray(preset) ? [...(preset as readonly string[])] : []);
  }
}

export function optionOf(driver: string, flag: string): string {
  const own = flag.startsWith(`${driver}-`) ? flag.slice(driver.length + 1) : flag;
  return own.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What SetConfigFromFlags takes: a value for each flag, and for those of docker-machine's own that drivers ask for. */
export function flagValues(
  driver: string,
  flags: readonly Flag[],
  options: Readonly<Record<string, unknown>>,
): Registered {
  const values = new Map<GobValue, GobValue>(COMMON);
  for (const { name, kind, preset } of flags) {
    const given = options[optionOf(driver, name)] ?? preset;
    values.set(name, valueOf(kind, given));
  }
  return new Registered('*rpcdriver.RPCFlags', { Values: values }, VALUES);
}

function valueOf(kind: Flag['kind'], value: unknown): Registered {
  switch (kind) {
    case 'string':
      return new Registered('string', String(value), 'string');
    case 'number':
      return new Registered('int', Number(value), 'int');
    case 'boolean':
      return new Registered('bool', value === true, 'bool');
    case 'list':
      return new Registered('[]string', Array.isArray(value) ? value.map(String) : [], STRINGS);
  }
}

/** With docker-machine's defaults: swarms are hvkit's business, and so is the engine. */
const COMMON: readonly (readonly [string, Registered])[] = [
  ['engine-install-url', valueOf('string', 'https://get.docker.com')],
  ['engine-storage-driver', valueOf('string', '')],
  ...['engine-opt', 'engine-insecure-registry', 'engine-registry-mirror', 'engine-label', 'engine-env', 'tls-san'].map(
    (name) => [name, valueOf('list', [])] as const,
  ),
  ['swarm', valueOf('boolean', false)],
  ['swarm-master', valueOf('boolean', false)],
  ['swarm-host', valueOf('string', 'tcp://0.0.0.0:3376')],
  ['swarm-discovery', valueOf('string', '')],
  ['swarm-addr', valueOf('string', '')],
];

function textIn(value: GobValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
