import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import type { Address, Driver, DriverDefinition, MachineSpec } from '../../drivers/driver';
import { HvError } from '../../errors';
import { sizeOf, textOf, writeWhole } from '../../files';
import type { Entry, Json, Properties } from '../../resources/resource';
import { refuseTwice, type Wanted } from '../create';
import { graphOf } from '../graph';
import { machineOf } from '../ledger';
import { lockOf } from '../lifecycle';
import { withLock } from '../lock';
import type { MachineRecord } from '../machine-file';
import type { CreateRequest } from '../request';
import type { Workplace } from '../workplace';
import { ForeignStore, type ForeignMachine } from './foreign';
import { filesOf, programOf, requireThere } from './of-program';
import { translate, withClassicSwarm } from './translate';

export interface ImportOptions {
  /** docker-machine's store; without it `$MACHINE_STORAGE_PATH`, or `~/.docker/machine`. */
  from?: string;
  /** Of these alone. */
  names?: readonly string[];
  /** Takes the host keys that hosts show now for their own: docker-machine has kept none. */
  acceptHostKeys?: boolean;
  /** Machines of every driver as hosts that are reached by ssh, also those whose program is on the PATH. */
  asHosts?: boolean;
  /** Looks as far as taking over would, hosts and drivers included, and writes nothing. */
  dryRun?: boolean;
  signal?: AbortSignal;
}

/** What became of one of them. */
export interface ImportOutcome {
  name: string;
  /** As docker-machine called it. */
  driver?: string;
  /** Of a machine that its driver's program goes on with: the folder of the store where that has its disks and keys. */
  files?: string;
  /** Why it was not taken. */
  error?: HvError;
}

interface Wish extends Required<Pick<ImportOptions, 'acceptHostKeys' | 'asHosts' | 'dryRun'>> {
  store: ForeignStore;
  signal: AbortSignal;
  wanted(request: CreateRequest, definition?: DriverDefinition): Promise<Wanted>;
}

/** Of the folder of a machine of docker-machine's; the last ones are what its Docker shows. */
const CREDENTIALS = ['ca.pem', 'cert.pem', 'key.pem', 'server.pem', 'server-key.pem'];
const KEY = 'id_rsa';

/** Takes over the machines of docker-machine's store, which is only read: each by itself, as far as it can be. */
export async function importMachines(
  place: Workplace,
  options: ImportOptions,
  wanted: Wish['wanted'],
): Promise<ImportOutcome[]> {
  const { from, names, signal = new AbortController().signal } = options;
  const { acceptHostKeys = false, asHosts = false, dryRun = false } = options;
  const store = new ForeignStore(storePath(from, place.env));
  if (resolve(store.path) === resolve(place.home.path)) {
    throw new HvError({
      code: 'ERR_IMPORT',
      message: `${store.path} is the home of hvkit itself`,
      hint: 'HVKIT_HOME="$HOME/.hvkit" hvkit import takes its machines over into another home.',
    });
  }
  const there = await store.names();
  const missing = names?.find((name) => !there.includes(name));
  if (there.length === 0 || missing !== undefined) {
    const what = missing === undefined ? 'no machine' : `no machine "${missing}"`;
    throw new HvError({
      code: 'ERR_IMPORT',
      message: `In ${store.path} there is ${what} of docker-machine's`,
      hint: 'hvkit import FOLDER names the store.',
    });
  }
  if (!dryRun) {
    await place.home.prepare();
    await place.docker.adopt(store.certs);
  }
  const outcomes: ImportOutcome[] = [];
  for (const name of names ?? there) {
    signal.throwIfAborted();
    outcomes.push(await importOne(place, name, { store, acceptHostKeys, asHosts, dryRun, signal, wanted }));
  }
  return outcomes;
}

function storePath(from: string | undefined, env: NodeJS.ProcessEnv): string {
  const { MACHINE_STORAGE_PATH: named, HOME = homedir() } = env;
  return resolve(from ?? (named === undefined || named === '' ? join(HOME, '.docker', 'machine') : named));
}

async function importOne(place: Workplace, name: string, wish: Wish): Promise<ImportOutcome> {
  let driver: string | undefined;
  try {
    const machine = await wish.store.read(name);
    driver = machine.driverName;
    const files = await take(place, machine, wish);
    return { name, driver, ...(files !== undefined && { files }) };
  } catch (error) {
    if (wish.signal.aborted || !HvError.is(error)) throw error;
    return { name, ...(driver !== undefined && { driver }), error };
  }
}

/** Where it has files in the store that it goes on with. */
async function take(place: Workplace, machine: ForeignMachine, wish: Wish): Promise<string | undefined> {
  const { name } = machine;
  const ownKey = join(machine.folder, KEY);
  const keyFile = (await sizeOf(ownKey)) === undefined ? undefined : ownKey;
  const { request, config } = translate(machine, { ...wish, keyFile, acceptHostKey: wish.acceptHostKeys });
  const program = config === undefined ? undefined : await programOf(place.drivers.registry, machine);
  const files = program && (await filesOf(machine));
  const wanted = await wish.wanted(request, program);
  const found: Found = { machine, wanted, keyFile, config, program };
  if (wish.dryRun) {
    await place.drivers.look(wanted.definition, (driver) => recordOf(place, driver, wish, found));
    return files;
  }
  await withLock(lockOf(place, name, wish.signal), async () => {
    await refuseTwice(place, name);
    const { driver } = await place.drivers.engage(wanted.definition);
    const record = await recordOf(place, driver, wish, found);
    // Who is killed here is told to take it away with hvkit rm: that must not be the real machine yet.
    await place.store.write({ ...record, resources: {} });
    try {
      await copyFiles(wish.store, machine, place.store.folder(name), program ? CREDENTIALS : [...CREDENTIALS, KEY]);
      await place.store.write(await finished(place, record));
    } catch (error) {
      await place.store.delete(name);
      throw error;
    }
  });
  return files;
}

/** A machine that can be asked for, and who goes on with it. */
interface Found {
  machine: ForeignMachine;
  wanted: Wanted;
  keyFile: string | undefined;
  config: string | undefined;
  program: DriverDefinition | undefined;
}

/** What will stand in its file, of one that is really there. */
async function recordOf(
  place: Workplace,
  driver: Driver,
  { store }: Wish,
  { machine, wanted, keyFile, config, program }: Found,
): Promise<MachineRecord> {
  const { name } = machine;
  const uuid = randomUUID();
  const adopted = config === undefined ? undefined : driver.adopt?.(config);
  const settled: Settled = adopted
    ? // With what it was made stands in what its driver wrote.
      { spec: { ...withClassicSwarm(wanted.spec), options: {} }, ...adopted }
    : await reached(driver, {
        name,
        uuid,
        spec: wanted.spec,
        moved: { from: keyFile, to: join(place.store.folder(name), KEY) },
      });
  const record: MachineRecord = {
    schema: 1,
    name,
    uuid,
    ...place.drivers.recorded(wanted.definition),
    importedFrom: store.path,
    created: new Date().toISOString(),
    phase: 'creating',
    ...settled,
  };
  if (program) await requireThere(driver, machineOf(place.store, record), machine);
  return record;
}

interface Moved {
  from: string | undefined;
  to: string;
}

type Reaching = Parameters<Driver['plan']>[0] & { moved: Moved };
type Settled = Pick<MachineRecord, 'spec' | 'plan' | 'resources'>;

/** A host is logged in to now, with the key where it still lies: what does not go is told, and nothing is recorded. */
async function reached(driver: Driver, { moved, ...wanted }: Reaching): Promise<Settled> {
  await driver.check?.(wanted);
  const plan = await driver.plan(wanted);
  const spec = withClassicSwarm(wanted.spec);
  return {
    spec: { ...spec, options: relocated(spec.options, moved) as MachineSpec['options'] },
    plan: relocated(plan, moved) as Properties,
    resources: {},
  };
}

/** With what there is of it, as far as its driver and hvkit have resources for that. */
async function finished(place: Workplace, record: MachineRecord): Promise<MachineRecord> {
  const engaged = await place.drivers.engaged(record);
  const machine = machineOf(place.store, record);
  const resources: Record<string, Entry> = {};
  // Who only reads has nothing to record, and nothing to tell.
  const step = {
    signal: new AbortController().signal,
    recorded: (id: string) => machine.recorded(id),
    note: () => Promise.resolve(),
    progress: () => undefined,
  };
  for (const resource of graphOf(engaged, machine, place.docker).resources) {
    const properties = await resource.read(step);
    if (properties === undefined) continue;
    resources[resource.id] = { kind: resource.kind, state: 'ready', properties };
  }
  const address: Address | undefined = await engaged.driver.address(machine);
  return {
    ...record,
    phase: 'ready',
    resources,
    ...(address && { address: { host: address.host, sshPort: address.sshPort } }),
  };
}

/** Certificates that are not in the machine's folder are those of the store. */
async function copyFiles(
  store: ForeignStore,
  { folder }: ForeignMachine,
  to: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const text = (await textOf(join(folder, name))) ?? (await textOf(join(store.certs, name)));
    if (text !== undefined) await writeWhole(join(to, name), text);
  }
}

/** The key's path, wherever it stands. */
function relocated(value: Json, moved: Moved): Json {
  if (value === moved.from) return moved.to;
  if (isList(value)) return value.map((each) => relocated(each, moved));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, relocated(each, moved)]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
