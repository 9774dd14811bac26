import { join } from 'node:path';

import { HvError } from '../../errors';
import { namesIn, textOf } from '../../files';
import { isHostName } from '../../net/host-name';
import { memberText } from './member-text';

/** The version of docker-machine's files that it wrote at last. */
const VERSION = 3;

type Fields = Readonly<Record<string, unknown>>;

/** A machine as docker-machine's `config.json` has it. What is in it is told by whoever wrote it: nothing is taken for granted. */
export interface ForeignMachine {
  name: string;
  folder: string;
  driverName: string;
  driver: Fields;
  /** The same as its driver wrote it. */
  driverText: string;
  engine: Fields;
  swarm: Fields;
  auth: Fields;
}

/** A store of docker-machine's: `machines/NAME/config.json`, and `certs/`. It is only read. */
export class ForeignStore {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get certs(): string {
    return join(this.path, 'certs');
  }

  async names(): Promise<string[]> {
    const names = (await namesIn(join(this.path, 'machines'))).filter((name) => isHostName(name));
    const { compare } = new Intl.Collator('en', { numeric: true });
    const found = await Promise.all(names.map(async (name) => ((await textOf(this.#file(name))) ? [name] : [])));
    return found.flat().sort(compare);
  }

  async read(name: string): Promise<ForeignMachine> {
    const file = this.#file(name);
    const text = await textOf(file);
    if (text === undefined) throw unusable(file, 'there is no such file');
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (error) {
      throw unusable(file, 'it is no JSON', error);
    }
    const { ConfigVersion: version, DriverName: driverName, Driver: driver, HostOptions: host } = fieldsOf(content);
    if (version !== VERSION) {
      throw unusable(file, `it is of version ${JSON.stringify(version)}, and docker-machine wrote ${VERSION} at last`);
    }
    if (typeof driverName !== 'string' || driverName === '') throw unusable(file, 'it names no driver');
    const { EngineOptions: engine, SwarmOptions: swarm, AuthOptions: auth } = fieldsOf(host);
    return {
      name,
      folder: join(this.path, 'machines', name),
      driverName,
      driver: fieldsOf(driver),
      driverText: memberText(text, 'Driver') ?? '',
      engine: fieldsOf(engine),
      swarm: fieldsOf(swarm),
      auth: fieldsOf(auth),
    };
  }

  #file(name: string): string {
    return join(this.path, 'machines', name, 'config.json');
  }
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' && value > 0 ? value : undefined;
}

export function listIn(fields: Fields, name: string): string[] {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** Why a machine is not taken. */
export function refused({ name, driverName }: ForeignMachine, why: string, { hint }: { hint?: string } = {}): HvError {
  const message = `"${name}", of the driver ${driverName}: ${why}`;
  return new HvError({ code: 'ERR_IMPORT', message, ...(hint !== undefined && { hint }) });
}

function unusable(file: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_IMPORT',
    message: `${file} cannot be used: ${why}`,
    hint: 'docker-machine inspect of it, with the program that wrote it, renews it.',
    cause,
  });
}
