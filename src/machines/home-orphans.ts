import { isAbsolute } from 'node:path';

import type { Driver, Orphan } from '../drivers/driver';
import type { Engaged } from './drivers';
import { machineOf } from './ledger';
import type { MachineRecord } from './machine-file';
import { survey } from './survey';
import type { Workplace } from './workplace';

export interface Found {
  driver: string;
  orphan: Orphan;
}

interface Search {
  found: Found[];
  /** Of drivers that could not be asked. */
  failures: { driver: string; error: unknown }[];
}

/** What should not be there: a cache may. */
export async function faultsOf(place: Workplace): Promise<Search> {
  const { found, failures } = await orphansOf(place);
  return { found: found.filter(({ orphan }) => orphan.isCache !== true), failures };
}

/** What bears this home's mark and belongs to no machine, of all drivers. */
export async function orphansOf(place: Workplace): Promise<Search> {
  const found: Found[] = [];
  const failures: { driver: string; error: unknown }[] = [];
  const foreign = (await listed(place)).filter(({ driverPath }) => driverPath !== undefined);
  const asked = new Map<string, () => Promise<Engaged>>();
  for (const definition of place.drivers.registry.all()) {
    asked.set(definition.name, () => place.drivers.engage(definition));
  }
  // Of packages those that a machine has: no others are loaded.
  for (const record of foreign) asked.set(record.driver, () => place.drivers.engaged(record));
  for (const [name, engaged] of asked) {
    try {
      const { driver } = await engaged();
      const orphans = await strays(place, name, driver);
      found.push(...orphans.map((orphan) => ({ driver: name, orphan })));
    } catch (error) {
      failures.push({ driver: name, error });
    }
  }
  return { found, failures };
}

/**
 * A machine's file is there before anything else of it. So what belongs to one that was begun while the driver looked is told
 * from an orphan by reading the files again, until there is none that the driver was not told of.
 */
async function strays(place: Workplace, name: string, driver: Driver): Promise<readonly Orphan[]> {
  const machines = async () => (await listed(place)).filter((record) => record.driver === name);
  for (let known = await machines(); ;) {
    const orphans = await driver.orphans(known.map((record) => machineOf(place.store, record)));
    const now = await machines();
    if (now.every(({ uuid }) => known.some((record) => record.uuid === uuid))) return orphans;
    known = now;
  }
}

/** Without those of docker-machine's programs, which list nothing, and may be called as a driver of hvkit's. */
async function listed({ store }: Workplace): Promise<MachineRecord[]> {
  const { records } = await survey(store);
  return records.filter(({ driverPath }) => driverPath === undefined || isAbsolute(driverPath));
}
