import { isDeepStrictEqual } from 'node:util';

import { HvError } from '../errors';
import { AND, failureOf, isAbort, joinFailures } from './failures';
import type { Graph } from './graph';
import type { Entry, Journal, Properties, Resource } from './resource';
import { Steps, type StepOptions } from './steps';
import { walk } from './walk';

/** What readAll() finds of a resource. */
export type Reading = { id: string; kind: string } & (
  | { status: 'ok' }
  | { status: 'missing'; recorded?: Properties }
  | { status: 'drifted'; recorded: Properties; found: Properties }
  /** A step began and did not end; `found` is what is there of it. */
  | { status: 'unfinished'; state: 'creating' | 'deleting'; recorded: Properties; found?: Properties }
  | { status: 'unreadable'; error: unknown }
);

/** A reading that was not ok, and what came of putting it right. */
export type Repair = Reading & { failure?: unknown };

/**
 * Work that can do without some of the resources, and goes on beside them. Nothing is recorded of it: what undoes the resources
 * that it needs undoes it as well.
 */
export interface HeadStart {
  /** Ids of what need not be there yet; neither what comes after it. */
  without: readonly string[];
  begin(signal: AbortSignal): Promise<void>;
}

/**
 * Creates what is not there and keeps what is. The first failure stops the rest: what has begun is aborted and waited for,
 * nothing more begins. What stands then is in the journal; rollBack() takes it away.
 */
export async function createAll(
  graph: Graph,
  journal: Journal,
  { headStart, ...options }: StepOptions & { headStart?: HeadStart | undefined } = {},
): Promise<void> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const stopped = () => signal.aborted;
  const steps = new Steps(graph, journal, { ...options, signal });
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<void>, explained: (error: unknown) => unknown): Promise<boolean> => {
    if (stopped()) return false;
    try {
      await work();
      return true;
    } catch (error) {
      // What was aborted, by the caller or by the first failure, has nothing to tell.
      if (!stopped() || !isAbort(error)) failures.push(explained(error));
      stop.abort();
      return false;
    }
  };
  const awaited = new Set(headStart && neededBy(headStart, graph));
  let ahead: Promise<boolean> | undefined;
  await walk(graph, 'parents first', async (resource) => {
    const isMade = await attempt(
      () => steps.create(resource),
      (error) => failureOf('made', resource.kind, error),
    );
    if (headStart && isMade && awaited.delete(resource.id) && awaited.size === 0) {
      ahead = attempt(
        () => headStart.begin(signal),
        (error) => failureOf('started', 'machine', error),
      );
    }
    return isMade;
  });
  await ahead;
  if (options.signal?.aborted) failures.unshift(options.signal.reason);
  throwJoined(failures);
}

function neededBy({ without }: HeadStart, graph: Graph): string[] {
  const isLate = (id: string): boolean => without.includes(id);
  const ids = graph.resources.map(({ id }) => id);
  return ids.filter((id) => !isLate(id) && ![...graph.ancestorsOf(id)].some(isLate));
}

/** Deletes all that has an entry, as far as it goes: what a failure holds in place stays recorded. */
export async function deleteAll(graph: Graph, journal: Journal, options: StepOptions = {}): Promise<void> {
  throwJoined(await deleteRecorded(graph, journal, options));
}

/** Takes away what stands after a failure. The failure to report, which tells what could not be taken back as well. */
export async function rollBack(
  graph: Graph,
  journal: Journal,
  failure: unknown,
  options: StepOptions = {},
): Promise<{ failure: unknown; complete: boolean }> {
  const others = await deleteRecorded(graph, journal, options);
  return {
    failure: joinFailures(failure, others, 'not all that was made could be taken back'),
    complete: others.length === 0,
  };
}

/** Looks at everything and changes nothing. */
export async function readAll(graph: Graph, journal: Journal, options: StepOptions = {}): Promise<Reading[]> {
  const steps = new Steps(graph, journal, options);
  const readings = await Promise.all(graph.resources.map((resource) => readOne(steps, journal, resource)));
  const unknown = unknownEntries(graph, journal);
  return [...readings, ...unknown.map(({ id, kind, error }): Reading => ({ id, kind, status: 'unreadable', error }))];
}

/** Looks at everything, parents first, and puts right what is not as it should be. What was ok is left out. */
export async function repairAll(graph: Graph, journal: Journal, options: StepOptions = {}): Promise<Repair[]> {
  const steps = new Steps(graph, journal, options);
  const repairs: Repair[] = [];
  await walk(graph, 'parents first', async (resource) => {
    if (options.signal?.aborted) return false;
    const reading = await readOne(steps, journal, resource);
    if (reading.status === 'ok') return true;
    const repair: Repair = { ...reading };
    repairs.push(repair);
    try {
      await mend(steps, resource, reading);
      return true;
    } catch (error) {
      repair.failure = failureOf('mended', resource.kind, error);
      return false;
    }
  });
  // Not before what had begun has ended: whoever called lets go of the machine's lock now.
  options.signal?.throwIfAborted();
  const unknown = unknownEntries(graph, journal);
  return [
    ...repairs,
    ...unknown.map(({ id, kind, error }): Repair => ({ id, kind, status: 'unreadable', error, failure: error })),
  ];
}

async function mend(steps: Steps, resource: Resource, reading: Reading): Promise<void> {
  if (reading.status === 'unreadable') throw reading.error;
  await (reading.status === 'drifted' ? steps.update(resource) : steps.create(resource));
}

async function readOne(steps: Steps, journal: Journal, resource: Resource): Promise<Reading> {
  const { id, kind } = resource;
  const entry = journal.get(id);
  try {
    return { id, kind, ...compare(entry, await steps.read(resource)) };
  } catch (error) {
    return { id, kind, status: 'unreadable', error: failureOf('looked at', kind, error) };
  }
}

type Distribute<T> = T extends unknown ? Omit<T, 'id' | 'kind'> : never;

function compare(entry: Entry | undefined, found: Properties | undefined): Distribute<Reading> {
  if (!entry) return { status: 'missing' };
  const { state, properties: recorded } = entry;
  if (state !== 'ready') return { status: 'unfinished', state, recorded, ...(found && { found }) };
  if (!found) return { status: 'missing', recorded };
  return isDeepStrictEqual(recorded, found) ? { status: 'ok' } : { status: 'drifted', recorded, found };
}

async function deleteRecorded(graph: Graph, journal: Journal, options: StepOptions): Promise<unknown[]> {
  const steps = new Steps(graph, journal, options);
  const failures: unknown[] = [];
  await walk(graph, 'children first', async (resource) => {
    if (options.signal?.aborted) return false;
    try {
      await steps.delete(resource);
      return true;
    } catch (error) {
      if (!options.signal?.aborted || !isAbort(error)) failures.push(failureOf('deleted', resource.kind, error));
      return false;
    }
  });
  if (options.signal?.aborted) failures.unshift(options.signal.reason);
  return [...failures, ...unknownEntries(graph, journal).map(({ error }) => error)];
}

/** Entries that the driver no longer describes: a newer or older hvkit made them. */
function unknownEntries(graph: Graph, journal: Journal): { id: string; kind: string; error: HvError }[] {
  return [...journal.entries()].flatMap(([id, { kind }]) => {
    if (graph.get(id)) return [];
    const error = new HvError({
      code: 'ERR_RESOURCE_UNKNOWN',
      message: `This version of hvkit does not know the recorded ${kind} "${id}"`,
      hint: 'Use the version that made it.',
    });
    return [{ id, kind, error }];
  });
}

function throwJoined([first, ...others]: readonly unknown[]): void {
  if (first !== undefined) throw joinFailures(first, others, AND);
}
