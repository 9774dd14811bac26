import { isAbsolute } from 'node:path';

import { HvError } from '../errors';
import type { Properties } from '../resources/resource';
import type { DriverContext, DriverDefinition, Health } from './driver';
import { Packages } from './packages';

/** What is known of a driver before it is loaded. */
type Entry = Pick<DriverDefinition, 'name' | 'aliases' | 'platforms' | 'priority'> & {
  load(): DriverDefinition;
};

/** What docker-machine had in its own program, which serves the one that it is called after. */
const IN_DOCKER_MACHINE = new Set([
  ...['amazonec2', 'azure', 'digitalocean', 'exoscale', 'google', 'hyperv', 'openstack', 'rackspace', 'softlayer'],
  ...['virtualbox', 'vmwarefusion', 'vmwarevcloudair', 'vmwarevsphere'],
]);

const BUILT_IN: readonly Entry[] = [
  {
    name: 'kvm',
    aliases: ['kvm2', 'qemu', 'libvirt'],
    platforms: ['linux'],
    priority: 100,
    load: () => (require('./kvm') as typeof import('./kvm')).kvm,
  },
  {
    name: 'xhyve',
    aliases: ['hyperkit'],
    platforms: ['darwin'],
    priority: 50,
    load: () => (require('./xhyve') as typeof import('./xhyve')).xhyve,
  },
  {
    name: 'generic',
    aliases: [],
    platforms: ['linux', 'darwin'],
    priority: 0,
    load: () => (require('./generic') as typeof import('./generic')).generic,
  },
  {
    name: 'none',
    aliases: [],
    platforms: ['linux', 'darwin'],
    priority: 0,
    load: () => (require('./none') as typeof import('./none')).none,
  },
];

/** The drivers that there are, by their names. One is loaded when it is asked for. */
export class Registry {
  readonly #entries: readonly Entry[];
  readonly #platform: NodeJS.Platform;
  readonly #env: NodeJS.ProcessEnv;
  /** Programs that were run to ask what they are: a driver's definition is one object as long as this lives. */
  readonly #plugins = new Map<string, Promise<DriverDefinition>>();
  /** Of these, those that are there beside one of hvkit's own. */
  readonly #namesakes = new WeakSet<DriverDefinition>();
  readonly #packages = new Packages(process.cwd());

  constructor(
    given?: readonly DriverDefinition[],
    platform: NodeJS.Platform = process.platform,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.#entries = given?.map((definition) => ({ ...pick(definition), load: () => definition })) ?? BUILT_IN;
    this.#platform = platform;
    this.#env = env;
  }

  /** Of all there are, also of those that this system cannot have. */
  get names(): readonly string[] {
    return this.#entries.map(({ name }) => name);
  }

  /** Those that can be had on this system. */
  all(): DriverDefinition[] {
    return this.#here().map((entry) => entry.load());
  }

  /** By its name or an alias; hvkit's own before packages, and these before docker-machine's programs. */
  async get(name: string): Promise<DriverDefinition> {
    const file = this.#entryOf(name) ? undefined : this.#packages.find(name);
    return file === undefined ? this.#withoutPackages(name) : this.#foreign(file);
  }

  /** That of a machine. Of packages it is the one that the machine was made with: this folder may hold another of its name. */
  async recorded({ driver, driverPath }: { driver: string; driverPath?: string }): Promise<DriverDefinition> {
    if (driverPath === undefined) return this.#withoutPackages(driver);
    return isAbsolute(driverPath) ? this.#foreign(driverPath) : this.program(driver);
  }

  /** One of docker-machine's programs, also where hvkit has a driver of the same name. */
  async program(name: string): Promise<DriverDefinition> {
    const definition = await this.#plugin(name);
    if (!definition) throw this.#noProgram(name, 'It belongs into a folder of the PATH.');
    if (this.#entryOf(name)) this.#namesakes.add(definition);
    return definition;
  }

  /** Whether get() would find one of this name; no code of it is run. */
  has(name: string): boolean {
    if (this.#entryOf(name) ?? this.#packages.find(name)) return true;
    const { findPlugin } = require('./plugin/find') as typeof import('./plugin/find');
    return findPlugin(name, this.#env) !== undefined;
  }

  /** Where one was found that is none of hvkit's own; of a program that is called as one of these, its file's name alone. */
  pathOf(definition: DriverDefinition): string | undefined {
    if (this.#namesakes.has(definition)) return `docker-machine-driver-${definition.name}`;
    return this.#packages.pathOf(definition);
  }

  #entryOf(called: string): Entry | undefined {
    return this.#entries.find(({ name, aliases }) => name === called || aliases.includes(called));
  }

  async #withoutPackages(name: string): Promise<DriverDefinition> {
    return this.#entryOf(name) ? this.#own(name) : ((await this.#plugin(name)) ?? this.#own(name));
  }

  /** One of docker-machine's programs on the PATH. It is run only when it is named. */
  async #plugin(name: string): Promise<DriverDefinition | undefined> {
    const known = this.#plugins.get(name);
    if (known) return known;
    const { findPlugin } = require('./plugin/find') as typeof import('./plugin/find');
    const file = findPlugin(name, this.#env);
    if (file === undefined) return undefined;
    const { pluginDriver } = require('./plugin') as typeof import('./plugin');
    const asked = pluginDriver({ name, file, env: this.#env });
    this.#plugins.set(name, asked);
    asked.catch(() => this.#plugins.delete(name));
    return asked;
  }

  async #foreign(file: string): Promise<DriverDefinition> {
    const definition = await this.#packages.load(file);
    if (this.#entryOf(definition.name)) {
      throw new HvError({
        code: 'ERR_DRIVER_LOAD',
        message: `${file} cannot be used as a driver: it is called "${definition.name}", as one of hvkit's own is`,
        hint: 'A driver has a name of its own.',
      });
    }
    this.#requirePlatform(definition);
    return definition;
  }

  #own(name: string): DriverDefinition {
    const entry = this.#entryOf(name);
    if (!entry) throw this.#noProgram(name, this.#thereIs());
    this.#requirePlatform(entry);
    return entry.load();
  }

  #noProgram(name: string, otherwise: string): HvError {
    return new HvError({
      code: 'ERR_NO_DRIVER',
      message: `Driver "${name}" not found. Do you have the plugin binary "docker-machine-driver-${name}" accessible in your PATH?`,
      hint: IN_DOCKER_MACHINE.has(name)
        ? `ln -s /path/to/old/docker-machine ~/bin/docker-machine-driver-${name}, for a folder of the PATH: it was a part of that program.`
        : otherwise,
    });
  }

  #requirePlatform({ name, platforms }: Pick<Entry, 'name' | 'platforms'>): void {
    if (platforms.includes(this.#platform)) return;
    throw new HvError({
      code: 'ERR_DRIVER_PLATFORM',
      message: `The driver "${name}" works on ${platforms.join(', ')} and not on ${this.#platform}`,
      hint: this.#thereIs(),
    });
  }

  /** Of those that work here, with the options that a machine is asked for with, the one with the highest priority. */
  async preferred(
    context: DriverContext,
    optionsOf?: (definition: DriverDefinition) => Promise<Properties>,
  ): Promise<DriverDefinition> {
    let best: { definition: DriverDefinition; health: Health } | undefined;
    const chosen = this.all().filter(({ priority }) => priority > 0);
    for (const definition of chosen.sort((one, other) => other.priority - one.priority)) {
      const health = await definition.health(context, await optionsOf?.(definition));
      if (health.healthy) return definition;
      best ??= { definition, health };
    }
    if (!best) {
      throw new HvError({ code: 'ERR_DRIVER_PLATFORM', message: `hvkit has no driver for ${this.#platform}` });
    }
    const { definition, health } = best;
    throw new HvError({
      code: 'ERR_DRIVER_UNHEALTHY',
      message: `The driver "${definition.name}" does not work here: ${health.reason ?? 'it does not say why'}`,
      hint: health.fix ?? 'hvkit doctor',
    });
  }

  #here(): readonly Entry[] {
    return this.#entries.filter(({ platforms }) => platforms.includes(this.#platform));
  }

  #thereIs(): string {
    const names = this.#here().map(({ name, aliases }) =>
      aliases.length === 0 ? name : `${name} (also called ${aliases.join(', ')})`,
    );
    return names.length === 0 ? 'There is none for this system.' : `There is: ${names.join('; ')}.`;
  }
}

function pick({ name, aliases, platforms, priority }: DriverDefinition): Omit<Entry, 'load'> {
  return { name, aliases, platforms, priority };
}
