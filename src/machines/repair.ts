import { isAbort } from '../resources/failures';
import { repairAll } from '../resources/engine';
import { stepTeller } from './create';
import { leftoverFolder, sickDrivers, unaskedDriver } from './doctor';
import { allEnded } from './ended';
import type { Finding } from './finding';
import { because, findingAfter, unfinishedMachine, unreadableFile } from './findings';
import { graphOf } from './graph';
import { heeded } from './heed';
import { holderOf } from './holder';
import { faultsOf } from './home-orphans';
import type { Ledger } from './ledger';
import { lockOf, withMachine } from './lifecycle';
import { withLock } from './lock';
import type { WorkOptions } from './progress';
import { removeMachine } from './remove';
import { noMachine } from './store';
import { look, survey } from './survey';
import type { Workplace } from './workplace';

/** As examine(), and puts right what can be put right. What cannot is among the findings, and keeps the rest from nothing. */
export async function repair(
  place: Workplace,
  { names, ...options }: WorkOptions & { names?: readonly string[] } = {},
): Promise<Finding[]> {
  return heeded(repairAllOf(place, names, options), options.signal);
}

async function repairAllOf(
  place: Workplace,
  names: readonly string[] | undefined,
  options: WorkOptions,
): Promise<Finding[]> {
  const machines = names ?? (await place.store.names());
  // Before anything is changed.
  for (const name of names ?? []) if (!(await place.store.has(name))) throw noMachine(name);
  const found = await allEnded(machines.map((name) => repairMachine(place, name, names !== undefined, options)));
  if (names !== undefined) return found.flat();
  options.signal?.throwIfAborted();
  const sick = (await sickDrivers(place)).map((finding) => ({ ...finding, mended: false }));
  return [...sick, ...found.flat(), ...(await clearLeftovers(place)), ...(await deleteOrphans(place, options))];
}

async function repairMachine(
  place: Workplace,
  name: string,
  isAskedFor: boolean,
  options: WorkOptions,
): Promise<Finding[]> {
  const record = await look(place.store, name);
  if (record === undefined) {
    if (isAskedFor) throw noMachine(name);
    return [];
  }
  if ('error' in record) return [{ ...unreadableFile(record), mended: false }];
  const isUnfinished = record.phase === 'creating' || record.phase === 'removing';
  if (record.phase !== 'ready' && (await holderOf(place.home, name)) !== undefined) return [];
  try {
    if (!isUnfinished) {
      const found = await withMachine(place, name, options.signal, (ledger) => repairResources(place, ledger, options));
      return record.phase === 'ready' ? found : [{ ...unfinishedMachine(record), mended: false }, ...found];
    }
    await removeMachine(place, name, options);
    const { hint: _done, ...finding } = unfinishedMachine(record);
    return [{ ...finding, mended: true }];
  } catch (error) {
    if (options.signal?.aborted && isAbort(error)) throw error;
    const { driver } = record;
    const common = isUnfinished
      ? unfinishedMachine(record)
      : { kind: 'machine' as const, message: 'What it has could not be mended', machine: name, driver };
    return [{ ...common, ...because(error), mended: false }];
  }
}

async function repairResources(place: Workplace, ledger: Ledger, options: WorkOptions): Promise<Finding[]> {
  const { record } = ledger;
  const { onProgress } = options;
  const engaged = await place.drivers.engaged(record);
  const tell = stepTeller('resources', (stage, message, fraction) =>
    onProgress?.({ machine: record.name, stage, message, ...(fraction !== undefined && { fraction }) }),
  );
  const repairs = await repairAll(graphOf(engaged, ledger.machine, place.docker), ledger, {
    signal: options.signal,
    onProgress: tell,
  });
  return repairs.flatMap((each) => findingAfter(record, each) ?? []);
}

async function clearLeftovers(place: Workplace): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of await place.store.leftovers()) {
    if (await holderOf(place.home, name)) continue;
    findings.push({ ...leftoverFolder(name), ...(await clear(place, name)) });
  }
  return findings;
}

async function clear(place: Workplace, name: string): Promise<Partial<Finding>> {
  try {
    await withLock(lockOf(place, name), async () => {
      if (!(await place.store.has(name))) await place.store.delete(name);
    });
    return { mended: true };
  } catch (error) {
    return { ...because(error), mended: false };
  }
}

/** Where a machine's file cannot be read, what seems to belong to nobody may be that machine's: it is left alone. */
async function deleteOrphans(place: Workplace, { signal }: WorkOptions): Promise<Finding[]> {
  const { found, failures } = await faultsOf(place);
  const [unreadable] = (await survey(place.store)).unreadable;
  const findings: Finding[] = failures.map(({ driver, error }) => ({ ...unaskedDriver(driver, error), mended: false }));
  for (const { driver, orphan } of found) {
    signal?.throwIfAborted();
    const finding: Finding = {
      kind: 'orphan',
      message: `The ${orphan.name} was made from this home, and belonged to no machine`,
      driver,
    };
    if (unreadable !== undefined) {
      const hint = `It may belong to the machine "${unreadable.name}", whose file cannot be read: mend that first, or move it away`;
      findings.push({ ...finding, hint, mended: false });
      continue;
    }
    const outcome = await orphan.delete().then(
      () => ({ mended: true }),
      (error: unknown) => ({ ...because(error), mended: false }),
    );
    findings.push({ ...finding, ...outcome });
  }
  return findings;
}
