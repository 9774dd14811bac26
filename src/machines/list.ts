import type { StateReading } from '../drivers/driver';
import { HvError } from '../errors';
import { holderOf } from './holder';
import { machineOf } from './ledger';
import type { MachineRecord } from './machine-file';
import type { MachineSummary } from './summary';
import { byDriver, survey, type Unreadable } from './survey';
import type { Workplace } from './workplace';

const TIMEOUT_MS = 10_000;

/** Every machine with its state: one request for each driver, however many machines it has. */
export async function listMachines(
  place: Workplace,
  { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<MachineSummary[]> {
  const { records, unreadable } = await survey(place.store);
  const readings = await readStates(place, records, timeoutMs);
  const rows = await Promise.all(
    records.map(async (record) => summaryOf(place, record, readings.get(record.uuid) ?? silent(record))),
  );
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...rows, ...unreadable.map(broken)].sort((one, other) => compare(one.name, other.name));
}

/** The state `Timeout` is told of those whose driver does not answer in time: the others do not wait for it. */
async function readStates(
  place: Workplace,
  records: readonly MachineRecord[],
  timeoutMs: number,
): Promise<Map<string, StateReading>> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort();
  }, timeoutMs);
  try {
    const asked = [...byDriver(records)].map(([driver, group]) => statesOf(place, driver, group, deadline.signal));
    return new Map((await Promise.all(asked)).flatMap((states) => [...states]));
  } finally {
    clearTimeout(timer);
  }
}

async function statesOf(
  place: Workplace,
  driverName: string,
  group: readonly MachineRecord[],
  deadline: AbortSignal,
): Promise<ReadonlyMap<string, StateReading>> {
  const all = (reading: StateReading) => new Map(group.map(({ uuid }) => [uuid, reading]));
  const late = new Promise<ReadonlyMap<string, StateReading>>((resolve) => {
    deadline.addEventListener('abort', () => {
      resolve(all({ state: 'Timeout', reason: `the driver ${driverName} did not answer in time` }));
    });
  });
  const asked = async () => {
    const driver = await place.drivers.of({ driver: driverName });
    return driver.states(group.map((record) => machineOf(place.store, record)));
  };
  return Promise.race([late, asked().catch((error: unknown) => all({ error }))]);
}

function silent({ driver }: MachineRecord): StateReading {
  return { error: new HvError({ code: 'ERR_NO_STATE', message: `The driver ${driver} does not tell its state` }) };
}

async function summaryOf(place: Workplace, record: MachineRecord, reading: StateReading): Promise<MachineSummary> {
  const { name, uuid, driver, phase, created, spec, address } = record;
  const common = {
    name,
    uuid,
    driver,
    phase,
    created: new Date(created),
    spec,
    ...(address !== undefined && { address }),
  };
  if (phase === 'ready') return { ...common, ...stateIn(reading) };
  const holder = await holderOf(place.home, name);
  // What it has of a guest is not there yet, or not any more: that is no error of its own.
  const state = 'state' in reading ? reading.state : holder === undefined ? 'Error' : UNDER_WAY[phase];
  return { ...common, state, reason: unfinished(record, holder) };
}

const UNDER_WAY = { creating: 'Starting', removing: 'Stopping' } as const;

function unfinished({ name, phase }: MachineRecord, holder: { pid: number } | undefined): string {
  const what = phase === 'creating' ? 'created' : 'removed';
  if (holder !== undefined) return `being ${what} by pid ${holder.pid}`;
  return `it was being ${what} when that was interrupted: hvkit rm ${name}`;
}

function stateIn(reading: StateReading): Pick<MachineSummary, 'state' | 'reason' | 'error'> {
  if ('state' in reading) return reading;
  const { error } = reading;
  if (HvError.is(error)) return { state: 'Error', error };
  const message = error instanceof Error ? error.message : String(error);
  return { state: 'Error', error: new HvError({ code: 'ERR_NO_STATE', message, cause: error }) };
}

function broken({ name, error }: Unreadable): MachineSummary {
  return { name, state: 'Error', error };
}
