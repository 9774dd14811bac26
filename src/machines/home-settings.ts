import { realpath } from 'node:fs/promises';
import { join } from 'node:path';

import type { DriverDefinition } from '../drivers/driver';
import type { Registry } from '../drivers/registry';
import { HvError } from '../errors';
import { writeWhole } from '../files';
import type { Json } from '../resources/resource';
import type { HomeFolder } from './home';
import { withLock } from './lock';
import { nearest } from './near';
import { placed } from './refusal';
import { COMMON_KEYS, fromFile, fromText, keysOfDriver, type Defaults, type SettingKey } from './setting-keys';
import type { Setting, Settings } from './settings';
import { editSettings, parseSettings, readSettingsText, type Tree } from './settings-file';

interface Found {
  value: Json;
  /** `$HVKIT_CPUS`, `config.yaml`. */
  source: string;
}

const FILE = 'config.yaml';
/** Not for machines: their locks bear their names, in which there is no such character. */
const LOCK = '@config';
const COMMON: readonly SettingKey[] = Object.values(COMMON_KEYS);

/** The environment before config.yaml before what is built in. The file is read anew each time: others may change it. */
export class HomeSettings implements Settings {
  readonly #home: HomeFolder;
  readonly #drivers: Registry;
  readonly #env: NodeJS.ProcessEnv;

  constructor(home: HomeFolder, drivers: Registry, env: NodeJS.ProcessEnv) {
    this.#home = home;
    this.#drivers = drivers;
    this.#env = env;
  }

  async get(key: string): Promise<Json | undefined> {
    const known = await this.#keyOf(key);
    return this.#find(known, await this.#tree())?.value ?? known.default;
  }

  async set(key: string, value: Json): Promise<void> {
    const known = await this.#keyOf(key);
    const meant = typeof value === 'string' ? fromText(known, value) : fromFile(known, value);
    placed(key, () => known.read(meant), 'ERR_SETTING');
    await this.#rewrite((text) => editSettings(this.#file, text, key.split('.'), meant));
  }

  async unset(key: string): Promise<void> {
    const tree = await this.#tree();
    const path = key.split('.');
    // Also what should not be there can be taken out: that mends the file.
    if (valueAt(tree, path) === undefined) {
      await this.#keyOf(key);
      return;
    }
    await this.#rewrite((text) => editSettings(this.#file, text, path));
  }

  async list(): Promise<Setting[]> {
    const tree = await this.#tree();
    this.#checkNames(tree);
    const ofDrivers = this.#drivers.all().flatMap((definition) => this.#keysOf(definition, tree));
    return [...COMMON, ...ofDrivers].map((known) => {
      const found = this.#find(known, tree);
      const value = found?.value ?? known.default;
      const { key, description } = known;
      return { key, source: found?.source ?? 'default', description, ...(value !== undefined && { value }) };
    });
  }

  /** What a request of any driver falls back on. */
  async defaults(): Promise<Defaults> {
    const tree = await this.#tree();
    this.#checkNames(tree);
    const read = COMMON.flatMap((known): [string, unknown][] => {
      const found = this.#find(known, tree);
      if (found !== undefined) return [[known.key, found.meaning]];
      return known.default === undefined ? [] : [[known.key, known.read(known.default)]];
    });
    // Each is what its key in COMMON_KEYS reads, which the compiler does not follow.
    return Object.fromEntries(read) as unknown as Defaults;
  }

  /** The options of a driver that are set somewhere, by its own names. */
  async driverDefaults(definition: DriverDefinition): Promise<Record<string, Json>> {
    const { name } = definition;
    const tree = await this.#tree();
    return Object.fromEntries(
      this.#keysOf(definition, tree).flatMap((known) => {
        const found = this.#find(known, tree);
        return found === undefined ? [] : [[known.key.slice(name.length + 1), found.meaning]];
      }),
    );
  }

  get #file(): string {
    return this.#home.config;
  }

  async #tree(): Promise<Tree> {
    const text = await readSettingsText(this.#file);
    return text === undefined ? {} : parseSettings(this.#file, text);
  }

  async #rewrite(change: (text: string | undefined) => string): Promise<void> {
    await this.#home.prepare();
    await withLock({ path: join(this.#home.locks, LOCK), description: 'The settings of this home' }, async () => {
      const text = await readSettingsText(this.#file);
      // A link, such as one into a folder that is kept in git, stays one.
      const path = text === undefined ? this.#file : await realpath(this.#file);
      await writeWhole(path, change(text));
    });
  }

  #find<T>(known: SettingKey<T>, tree: Tree): (Found & { meaning: T }) | undefined {
    const variable = known.variables.find((name) => (this.#env[name] ?? '') !== '');
    if (variable !== undefined) {
      const value = fromText(known, this.#env[variable] ?? '');
      const source = `$${variable}`;
      return { value, source, meaning: placed(source, () => known.read(value), 'ERR_SETTING') };
    }
    const written = valueAt(tree, known.key.split('.'));
    if (written === undefined || written === null) return undefined;
    const value = fromFile(known, written);
    const place = `${this.#file}: ${known.key}`;
    return { value, source: FILE, meaning: placed(place, () => known.read(value), 'ERR_SETTING') };
  }

  async #keyOf(key: string): Promise<SettingKey> {
    const [driver = '', ...rest] = key.split('.');
    const keys = rest.length > 0 && this.#drivers.has(driver) ? keysOfDriver(await this.#drivers.get(driver)) : COMMON;
    const known = keys.find((each) => each.key === key);
    if (known !== undefined) return known;
    const near = [...keys, ...COMMON].map((each) => each.key);
    throw noSetting(`There is no setting "${key}"`, key, near);
  }

  /** The keys of a driver's section, which must hold no others. */
  #keysOf(definition: DriverDefinition, tree: Tree): SettingKey<Json>[] {
    const { name: driver } = definition;
    const keys = keysOfDriver(definition);
    const known = keys.map(({ key }) => key);
    const section = tree[driver] ?? null;
    for (const name of isSection(section) ? Object.keys(section) : []) {
      const key = `${driver}.${name}`;
      if (!known.includes(key)) throw noSetting(`${this.#file}: there is no setting "${key}"`, key, known);
    }
    return keys;
  }

  #checkNames(tree: Tree): void {
    const { names } = this.#drivers;
    const known = [...COMMON.map(({ key }) => key), ...names];
    for (const [key, value] of Object.entries(tree)) {
      // That of a package is looked into when the driver is named.
      if (!known.includes(key) && !(isSection(value) && this.#drivers.has(key))) {
        throw noSetting(`${this.#file}: there is no setting "${key}"`, key, known);
      }
      if (names.includes(key) && value !== null && !isSection(value)) {
        throw noSetting(`${this.#file}: "${key}" is a section, with the options of that driver below it`, key, []);
      }
    }
  }
}

function valueAt(tree: Tree, path: readonly string[]): Json | undefined {
  let value: Json = tree;
  for (const name of path) {
    if (!isSection(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name] ?? null;
  }
  return value;
}

function isSection(value: Json): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function noSetting(message: string, key: string, known: readonly string[]): HvError {
  const near = nearest(key, known);
  return new HvError({
    code: 'ERR_SETTING',
    message,
    hint: near ?? 'hvkit settings list',
  });
}
