import type { Driver, DriverContext } from '../drivers/driver';
import type { Registry } from '../drivers/registry';
import type { HomeFolder } from './home';

export interface DriversOptions {
  home: HomeFolder;
  registry: Registry;
  env: NodeJS.ProcessEnv;
  warn: (message: string) => void;
}

/** The drivers at work on one home: one of each kind, and until close(). */
export class Drivers {
  readonly registry: Registry;
  readonly #options: DriversOptions;
  readonly #drivers = new Map<string, Driver>();

  constructor(options: DriversOptions) {
    this.registry = options.registry;
    this.#options = options;
  }

  /** By its name or an alias. */
  async of(name: string): Promise<Driver> {
    const definition = this.registry.get(name);
    const { home, env, warn } = this.#options;
    const identity = await home.identity();
    // After the last wait, or two who ask at the same time would make two.
    const known = this.#drivers.get(definition.name);
    if (known) return known;
    const driver = definition.create({ home: identity, env, warn });
    this.#drivers.set(definition.name, driver);
    return driver;
  }

  /** For somebody who asks what a driver can do, before anything is made. */
  async contextToLook(): Promise<DriverContext> {
    const { home, env, warn } = this.#options;
    return { home: await home.identityToLook(), env, warn };
  }

  async close(): Promise<void> {
    const drivers = [...this.#drivers.values()];
    this.#drivers.clear();
    await Promise.all(drivers.map((driver) => driver.close()));
  }
}
