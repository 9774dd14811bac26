import { readAll } from '../resources/engine';
import type { Finding } from './finding';
import { because, findingOf, unfinishedMachine, unreadableFile } from './findings';
import { graphOf } from './graph';
import { holderOf } from './holder';
import { faultsOf } from './home-orphans';
import { Ledger } from './ledger';
import type { MachineRecord } from './machine-file';
import { noMachine } from './store';
import { look, survey } from './survey';
import type { Workplace } from './workplace';

/** Reads everything; changes nothing. With names only what these machines have. */
export async function examine(place: Workplace, names?: readonly string[]): Promise<Finding[]> {
  const machines = names ?? (await place.store.names());
  const found = await Promise.all(machines.map((name) => examineMachine(place, name, names !== undefined)));
  if (names !== undefined) return found.flat();
  return [...(await sickDrivers(place)), ...found.flat(), ...(await leftovers(place)), ...(await orphans(place))];
}

async function examineMachine(place: Workplace, name: string, isAskedFor: boolean): Promise<Finding[]> {
  const record = await look(place.store, name);
  if (record === undefined) {
    if (isAskedFor) throw noMachine(name);
    return [];
  }
  if ('error' in record) return [unreadableFile(record)];
  // What somebody works on is not as it should be at any moment.
  if (record.phase === 'ready') return examineResources(place, record);
  if (await holderOf(place.home, name)) return [];
  const unfinished = unfinishedMachine(record);
  return record.phase === 'provisioning' ? [unfinished, ...(await examineResources(place, record))] : [unfinished];
}

async function examineResources(place: Workplace, record: MachineRecord): Promise<Finding[]> {
  const { name: machine, driver: driverName } = record;
  try {
    const engaged = await place.drivers.engaged(record);
    const ledger = new Ledger(place.store, record);
    const readings = await readAll(graphOf(engaged, ledger.machine, place.docker), ledger);
    return [...readings.flatMap((reading) => findingOf(record, reading) ?? []), ...(await certificate(place, record))];
  } catch (error) {
    return [
      { kind: 'driver', message: `What it has cannot be looked at`, machine, driver: driverName, ...because(error) },
    ];
  }
}

async function certificate({ store }: Workplace, { name, driver, spec }: MachineRecord): Promise<Finding[]> {
  if (!spec.docker) return [];
  const { endingCertificate } = require('./docker-credentials') as typeof import('./docker-credentials');
  const end = await endingCertificate(store.folder(name));
  if (end === undefined) return [];
  const verb = end.getTime() < Date.now() ? 'ended' : 'ends';
  return [
    {
      kind: 'machine',
      message: `The certificate of its Docker ${verb} on ${end.toISOString().slice(0, 10)}`,
      machine: name,
      driver,
      hint: `hvkit regenerate-certs ${name}`,
    },
  ];
}

/** Of the drivers that this home's machines have; without machines, of all, unless one works. */
export async function sickDrivers({ drivers, store }: Workplace): Promise<Finding[]> {
  const used = new Set((await survey(store)).records.map(({ driver }) => driver));
  const context = await drivers.contextToLook();
  const all = await Promise.all(
    drivers.registry.all().map(async (definition) => ({
      name: definition.name,
      isUsual: definition.priority > 0,
      health: await definition.health(context),
    })),
  );
  const isEnough = used.size === 0 && all.some(({ isUsual, health }) => isUsual && health.healthy);
  const sick = all.filter(
    ({ name, isUsual, health }) => !health.healthy && (used.size === 0 ? isUsual && !isEnough : used.has(name)),
  );
  const advised = all.filter(({ name, isUsual }) => (used.size === 0 ? isUsual : used.has(name)));
  return [
    ...sick.map(({ name, health: { reason = 'it does not say why', fix } }) => ({
      ...unwell(name, `does not work here: ${reason}`),
      ...(fix !== undefined && { hint: fix }),
    })),
    ...advised.flatMap(({ name, health: { healthy, advice } }) =>
      healthy && advice ? { ...unwell(name, `works, but ${advice.reason}`), hint: advice.fix } : [],
    ),
  ];
}

function unwell(driver: string, what: string): Finding {
  return { kind: 'driver', message: `The driver ${driver} ${what}`, driver };
}

export function leftoverFolder(name: string): Finding {
  return {
    kind: 'machine',
    message: `The folder of a machine "${name}" holds no machine's file`,
    machine: name,
    hint: 'hvkit repair',
  };
}

async function leftovers({ store, home }: Workplace): Promise<Finding[]> {
  const names = await store.leftovers();
  const found = await Promise.all(
    // A machine's folder is there before its file is.
    names.map(async (name) => ((await holderOf(home, name)) ? [] : [leftoverFolder(name)])),
  );
  return found.flat();
}

async function orphans(place: Workplace): Promise<Finding[]> {
  const { found, failures } = await faultsOf(place);
  return [
    ...found.map(({ driver, orphan }): Finding => ({
      kind: 'orphan',
      message: `The ${orphan.name} was made from this home, and belongs to no machine`,
      driver,
      hint: orphan.fix ?? 'hvkit repair',
    })),
    ...failures.map(({ driver, error }) => unaskedDriver(driver, error)),
  ];
}

export function unaskedDriver(driver: string, error: unknown): Finding {
  return { kind: 'driver', message: `What is left of machines could not be looked for`, driver, ...because(error) };
}
