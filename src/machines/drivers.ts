import type { Driver, DriverContext, DriverDefinition } from '../drivers/driver';
import type { Registry } from '../drivers/registry';
import type { HomeFolder } from './home';
import type { MachineRecord } from './machine-file';

export interface DriversOptions {
  home: HomeFolder;
  registry: Registry;
  env: NodeJS.ProcessEnv;
  warn: (message: string) => void;
}

/** A driver at work. */
export interface Engaged {
  definition: DriverDefinition;
  driver: Driver;
}

/** What a machine's file says of its driver. */
type DriverOf = Pick<MachineRecord, 'driver' | 'driverPath'>;

/** The drivers at work on one home: one of each kind, and until close(). */
export class Drivers {
  readonly registry: Registry;
  readonly #options: DriversOptions;
  readonly #drivers = new Map<DriverDefinition, Driver>();

  constructor(options: DriversOptions) {
    this.registry = options.registry;
    this.#options = options;
  }

  /** Of a machine. */
  async of(record: DriverOf): Promise<Driver> {
    return (await this.engaged(record)).driver;
  }

  /** The same, with what it says of itself. */
  async engaged(record: DriverOf): Promise<Engaged> {
    return this.engage(await this.registry.recorded(record));
  }

  async engage(definition: DriverDefinition): Promise<Engaged> {
    const { home, env, warn } = this.#options;
    const identity = await home.identity();
    // After the last wait, or two who ask at the same time would make two.
    const driver = this.#drivers.get(definition) ?? definition.create({ home: identity, env, warn });
    this.#drivers.set(definition, driver);
    return { definition, driver };
  }

  /** By which engaged() finds it again. */
  recorded(definition: DriverDefinition): DriverOf {
    const driverPath = this.registry.pathOf(definition);
    return { driver: definition.name, ...(driverPath !== undefined && { driverPath }) };
  }

  /** For somebody who asks what a driver can do, before anything is made. */
  async contextToLook(): Promise<DriverContext> {
    const { home, env, warn } = this.#options;
    return { home: await home.identityToLook(), env, warn };
  }

  /** The same, who asks about machines that are there already, and leaves it at that. */
  async look<T>(definition: DriverDefinition, use: (driver: Driver) => Promise<T>): Promise<T> {
    const driver = definition.create({ ...(await this.contextToLook()), dryRun: true });
    try {
      return await use(driver);
    } finally {
      await driver.close();
    }
  }

  async close(): Promise<void> {
    const drivers = [...this.#drivers.values()];
    this.#drivers.clear();
    await Promise.all(drivers.map((driver) => driver.close()));
  }
}
