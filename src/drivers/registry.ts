import { HvError } from '../errors';
import type { Properties } from '../resources/resource';
import type { DriverContext, DriverDefinition, Health } from './driver';

/** What is known of a driver before it is loaded. */
type Entry = Pick<DriverDefinition, 'name' | 'aliases' | 'platforms' | 'priority'> & {
  load(): DriverDefinition;
};

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

  /** By its name or an alias. */
  async get(name: string): Promise<DriverDefinition> {
    return this.#isOurs(name) ? this.#find(name) : ((await this.#plugin(name)) ?? this.#find(name));
  }

  #isOurs(called: string): boolean {
    return this.#entries.some(({ name, aliases }) => name === called || aliases.includes(called));
  }

  /** One of docker-machine's programs on the PATH. It is run only when it is named. */
  async #plugin(name: string): Promise<DriverDefinition | undefined> {
    const known = this.#plugins.get(name);
    if (known) return known;
    const { findPlugin, pluginDriver } = require('./plugin') as typeof import('./plugin');
    const file = findPlugin(name, this.#env);
    if (file === undefined) return undefined;
    const asked = pluginDriver({ name, file, env: this.#env });
    this.#plugins.set(name, asked);
    asked.catch(() => this.#plugins.delete(name));
    return asked;
  }

  #find(name: string): DriverDefinition {
    const entry = this.#entries.find((each) => each.name === name || each.aliases.includes(name));
    if (!entry) {
      throw new HvError({
        code: 'ERR_NO_DRIVER',
        message: `Driver "${name}" not found. Do you have the plugin binary "docker-machine-driver-${name}" accessible in your PATH?`,
        hint: this.#thereIs(),
      });
    }
    if (!entry.platforms.includes(this.#platform)) {
      throw new HvError({
        code: 'ERR_DRIVER_PLATFORM',
        message: `The driver "${entry.name}" works on ${entry.platforms.join(', ')} and not on ${this.#platform}`,
        hint: this.#thereIs(),
      });
    }
    return entry.load();
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
