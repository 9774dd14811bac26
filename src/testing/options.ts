import type { Capabilities, DriverDefinition, Home } from '../drivers/driver';
import type { CreateRequest } from '../machines/request';

/** Of the test runner: `{ test, after: afterAll }` of jest's globals, `{ test, after }` of node:test. */
export interface Runner {
  test(name: string, body: () => Promise<void>): unknown;
  /** Runs the body once all tests are over. */
  after(body: () => Promise<void>): unknown;
}

export interface LifecycleSuite {
  definition: DriverDefinition;
  run: Runner;
  /** What each machine is made with, such as a small image and a network. */
  request?: Omit<CreateRequest, 'name' | 'driver'>;
  /** Begins the name of each test; without it the driver's name. */
  label?: string;
  /** Abilities of the driver that this request leaves no room for: they are then to be refused. */
  without?: readonly (keyof Capabilities)[];
  /** The home to work in, of nobody else's. Without it a folder that is made for the purpose, and deleted. */
  home?: string;
  env?: NodeJS.ProcessEnv;
  /** What a home has on this host, by other means than the driver's: nothing of it may stay. */
  remains?: (home: Home) => readonly string[] | Promise<readonly string[]>;
}
