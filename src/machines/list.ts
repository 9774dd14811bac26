import { setMaxListeners } from 'node:events';

import type { StateReading } from '../drivers/driver';
import { HvError } from '../errors';
import { holderOf } from './holder';
import { machineOf } from './ledger';
import type { MachineRecord } from './machine-file';
import type { MachineSummary } from './summary';
import { byDriver, survey, type Unreadable } from './survey';
import type { Workplace } from './workplace';

const TIMEOUT_MS = 10_000;

export interface ListOptions {
  /** How long a machine may take to answer; all are asked at once. */
  timeoutMs?: number;
  /** Asks the Docker hosts as well: where Docker is, or also which version it is. */
  docker?: 'url' | 'version';
}

/** Of one driver. */
type Group = ReturnType<typeof byDriver>[number];

interface Question extends Pick<ListOptions, 'docker'> {
  deadline: AbortSignal;
  begun: number;
}

/** Every machine with its state: one request for each driver, however many machines it has; and one for each Docker. */
export async function listMachines(
  place: Workplace,
  { timeoutMs = TIMEOUT_MS, docker }: ListOptions = {},
): Promise<MachineSummary[]> {
  const begun = performance.now();
  const { records, unreadable } = await survey(place.store);
  const deadline = new AbortController();
  // Every machine listens to it.
  setMaxListeners(0, deadline.signal);
  const timer = setTimeout(() => {
    deadline.abort();
  }, timeoutMs);
  try {
    const question = { deadline: deadline.signal, begun, ...(docker !== undefined && { docker }) };
    const groups = byDriver(records).map((group) => rowsOf(place, group, question));
    const rows = (await Promise.all(groups)).flat();
    const { compare } = new Intl.Collator('en', { numeric: true });
    return [...rows, ...unreadable.map(broken)].sort((one, other) => compare(one.name, other.name));
  } finally {
    clearTimeout(timer);
  }
}

/** The state `Timeout` is told of those whose driver does not answer in time: the others do not wait for it. */
async function rowsOf(place: Workplace, group: Group, question: Question): Promise<MachineSummary[]> {
  const readings = await statesOf(place, group, question.deadline);
  return Promise.all(
    group.map((record) => rowOf(place, record, readings.get(record.uuid) ?? silent(record), question)),
  );
}

async function rowOf(
  place: Workplace,
  record: MachineRecord,
  reading: StateReading,
  { docker, deadline, begun }: Question,
): Promise<MachineSummary> {
  const summary = await summaryOf(place, record, reading);
  if (docker === undefined) return summary;
  const { dockerSummaryOf } = require('./list-docker') as typeof import('./list-docker');
  const asked = summary.state === 'Running' ? await dockerSummaryOf(place, record, { docker, deadline }) : undefined;
  const { serverInfo } = require('./docker-credentials') as typeof import('./docker-credentials');
  const certificate = asked && (await serverInfo(place.store.folder(record.name)));
  return {
    ...summary,
    ...(asked !== undefined && { docker: { ...asked, ...(certificate && { certificateEnds: certificate.validTo }) } }),
    responseMs: Math.round(performance.now() - begun),
  };
}

async function statesOf(
  place: Workplace,
  group: Group,
  deadline: AbortSignal,
): Promise<ReadonlyMap<string, StateReading>> {
  const all = (reading: StateReading) => new Map(group.map(({ uuid }) => [uuid, reading]));
  const late = new Promise<ReadonlyMap<string, StateReading>>((resolve) => {
    deadline.addEventListener('abort', () => {
      resolve(all({ state: 'Timeout', reason: `the driver ${group[0].driver} did not answer in time` }));
    });
  });
  const asked = async () => {
    const driver = await place.drivers.of(group[0]);
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

const UNDER_WAY = { creating: 'Starting', provisioning: 'Starting', removing: 'Stopping' } as const;
const DONE = { creating: 'created', provisioning: 'provisioned', ready: 'finished', removing: 'removed' } as const;

function unfinished({ name, phase }: MachineRecord, holder: { pid: number } | undefined): string {
  const what = DONE[phase];
  if (holder !== undefined) return `being ${what} by pid ${holder.pid}`;
  const next = phase === 'provisioning' ? 'provision' : 'rm';
  return `it was being ${what} when that was interrupted: hvkit ${next} ${name}`;
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
