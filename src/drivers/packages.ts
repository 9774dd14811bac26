import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { HvError } from '../errors';
import { isErrno } from '../files';
import type { DriverDefinition } from './driver';

const PREFIX = 'hvkit-driver-';
/** The version of src/drivers/driver.ts. */
const CONTRACT = 1;
const NAME = /^[a-z][a-z0-9-]*$/;
/** As npm has them, with a scope or without. */
const PACKAGE = /^(?:@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/;
const CALLS = ['health', 'create'] as const;
const LISTS = ['aliases', 'platforms'] as const;

/** Drivers that are npm packages, or files: of those that are named, and of no others, the code is run. */
export class Packages {
  readonly #loaded = new Map<string, Promise<DriverDefinition>>();
  readonly #paths = new WeakMap<DriverDefinition, string>();
  readonly #cwd: string;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** The file that `./my-driver`, `hvkit-driver-foo`, `@scope/hvkit-driver-foo` or `foo` means; none of it is run. */
  find(name: string): string | undefined {
    if (/^\.{0,2}\//.test(name)) {
      const path = resolve(this.#cwd, name);
      const file = found(path, [this.#cwd]);
      if (file !== undefined) return file;
      throw new HvError({ code: 'ERR_NO_DRIVER', message: `There is no driver at ${path}`, hint: `ls ${path}` });
    }
    const wanted = name.includes(PREFIX) ? name : `${PREFIX}${name}`;
    return PACKAGE.test(wanted) ? found(wanted, [this.#cwd, __dirname, GLOBAL]) : undefined;
  }

  /** What is in a file that find() named. One and the same for as long as this lives. */
  load(path: string): Promise<DriverDefinition> {
    const loading = this.#loaded.get(path) ?? this.#read(path);
    this.#loaded.set(path, loading);
    return loading;
  }

  /** Where a driver of these came from. */
  pathOf(definition: DriverDefinition): string | undefined {
    return this.#paths.get(definition);
  }

  async #read(path: string): Promise<DriverDefinition> {
    const driver = driverIn(await imported(path));
    const contract =
      typeof driver === 'object' && driver !== null && 'contract' in driver ? driver.contract : undefined;
    if (contract !== undefined && contract !== CONTRACT) throw ofOtherContract(path, contract);
    if (!isDefinition(driver)) {
      throw notADriver(
        path,
        `it exports no "driver" with a contract, a name, options and the calls ${CALLS.join(', ')}`,
      );
    }
    this.#paths.set(driver, path);
    return driver;
  }
}

/** Where `npm install --global` puts packages, beside the Node that runs. */
const GLOBAL = join(dirname(process.execPath), '..', 'lib');

/** By Node's own rules, from each of these folders: node_modules in it and above it. */
function found(wanted: string, from: readonly string[]): string | undefined {
  try {
    return require.resolve(wanted, { paths: [...from] });
  } catch (error) {
    if (isErrno(error, 'MODULE_NOT_FOUND')) return undefined;
    throw notADriver(wanted, (error as Error).message, error);
  }
}

async function imported(path: string): Promise<unknown> {
  try {
    const { importModule } = require('../import-module') as typeof import('../import-module');
    return await importModule(pathToFileURL(path).href);
  } catch (error) {
    throw notADriver(path, (error as Error).message, error);
  }
}

/** As `export const driver`, or as a property of what a CommonJS module exports. */
function driverIn(module: unknown): unknown {
  if (typeof module !== 'object' || module === null) return undefined;
  if ('driver' in module) return module.driver;
  return 'default' in module ? driverIn(module.default) : undefined;
}

/** As far as everything else relies on it: what its calls do, the lifecycle suite tells. */
function isDefinition(driver: unknown): driver is DriverDefinition {
  if (typeof driver !== 'object' || driver === null) return false;
  const has = driver as Readonly<Record<string, unknown>>;
  return (
    has['contract'] === CONTRACT &&
    typeof has['name'] === 'string' &&
    NAME.test(has['name']) &&
    typeof has['priority'] === 'number' &&
    LISTS.every((each) => Array.isArray(has[each])) &&
    CALLS.every((each) => typeof has[each] === 'function') &&
    [has['capabilities'], has['options']].every((each) => typeof each === 'object' && each !== null)
  );
}

function ofOtherContract(path: string, contract: unknown): HvError {
  const isNewer = typeof contract === 'number' && contract > CONTRACT;
  return new HvError({
    code: 'ERR_DRIVER_CONTRACT',
    message: `The driver ${path} was written for version ${String(contract)} of what a driver is, and this hvkit knows version ${CONTRACT}`,
    hint: isNewer ? 'A newer hvkit may know it.' : 'Take a release of the driver that says contract: 1.',
  });
}

function notADriver(path: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_DRIVER_LOAD',
    message: `${path} cannot be used as a driver: ${why}`,
    hint: 'docs/drivers.md of hvkit says what a driver exports.',
    cause,
  });
}
