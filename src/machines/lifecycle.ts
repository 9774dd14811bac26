import type { MachineState } from '../drivers/driver';
import { HvError } from '../errors';
import type { Engaged } from './drivers';
import { heeded, untilAborted } from './heed';
import { Ledger, machineOf } from './ledger';
import { withLock } from './lock';
import type { MachineRecord } from './machine-file';
import type { Progress, StartOptions } from './progress';
import { startAndWait } from './ready';
import { isNotMounted, requireShares } from './share-mounts';
import { checkName } from './names';
import { noMachine } from './store';
import type { Workplace } from './workplace';

const GRACE_MS = 60_000;

export interface StopOptions {
  graceMs?: number;
  signal?: AbortSignal;
}

/** Runs work that changes a machine, while nobody else changes it. */
export async function withMachine<T>(
  place: Workplace,
  name: string,
  signal: AbortSignal | undefined,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const { store } = place;
  // No lock is made for what there is not, nor outside of the folder of locks.
  if ((await store.find(name)) === undefined) throw noMachine(name);
  return withLock(lockOf(place, name, signal), async () => work(new Ledger(store, await store.read(name))));
}

export function lockOf(
  { home }: Workplace,
  name: string,
  signal?: AbortSignal,
): { path: string; description: string; signal: AbortSignal | undefined } {
  checkName(name);
  return { path: home.lockFile(name), description: `Machine "${name}"`, signal };
}

export async function stateOf(place: Workplace, record: MachineRecord, signal?: AbortSignal): Promise<MachineState> {
  const driver = await place.drivers.of(record);
  const readings = await untilAborted(driver.states([machineOf(place.store, record)]), signal);
  const reading = readings.get(record.uuid);
  if (reading && 'error' in reading) {
    // What it lacks is no surprise then.
    requireFinished(record, reading.error);
    throw reading.error;
  }
  if (reading) return reading.state;
  throw new HvError({
    code: 'ERR_NO_STATE',
    message: `The driver ${record.driver} does not tell the state of the machine "${record.name}"`,
    hint: `hvkit doctor ${record.name}`,
  });
}

/** The lock is held while it is started, and not while its system comes up: it can be stopped meanwhile. */
export async function start(place: Workplace, name: string, options: StartOptions = {}): Promise<void> {
  await bringUp(place, name, options, {
    message: 'starting',
    begin: async ({ definition, driver }, ledger, signal) => {
      // One whose machines it does not start has its own answer, also where they run.
      const isOn =
        definition.capabilities.power !== false && (await stateOf(place, ledger.record, signal)) === 'Running';
      if (!isOn) await driver.start(ledger.machine, signal);
    },
  });
}

export async function restart(
  place: Workplace,
  name: string,
  { graceMs = GRACE_MS, ...options }: StartOptions & { graceMs?: number } = {},
): Promise<void> {
  await bringUp(place, name, options, {
    message: 'restarting',
    begin: ({ driver }, ledger, signal) => driver.restart(ledger.machine, { graceMs, signal }),
  });
}

async function bringUp(
  place: Workplace,
  name: string,
  options: StartOptions,
  how: { message: string; begin(engaged: Engaged, ledger: Ledger, signal: AbortSignal): Promise<void> },
): Promise<void> {
  const { onProgress, signal = new AbortController().signal } = options;
  const timeoutMs = options.timeoutMs ?? (await place.readyMs());
  let ledger = new Ledger(place.store, await place.store.read(name));
  requireFinished(ledger.record);
  const engaged = await place.drivers.engaged(ledger.record);
  const { driver } = engaged;
  const address = await startAndWait(
    driver,
    () => ledger.machine,
    (whileStarting) =>
      withMachine(place, name, whileStarting, async (locked) => {
        requireFinished(locked.record);
        ledger = locked;
        onProgress?.({ machine: name, stage: 'start', message: how.message });
        await how.begin(engaged, locked, whileStarting);
      }),
    {
      timeoutMs,
      signal,
      env: place.env,
      fresh: false,
      onStage: (message) => onProgress?.({ machine: name, stage: 'ready', message }),
      onLogin: async (client, whileStarting) => {
        try {
          await requireShares(driver, ledger.machine, { client, signal: whileStarting });
        } catch (error) {
          // It has more in it than these folders.
          if (!isNotMounted(error)) throw error;
          place.warn(error.message);
        }
      },
    },
  );
  if (!address) return;
  const record = await withMachine(place, name, signal, async (locked) => {
    await locked.reached(address);
    return locked.record;
  });
  if (!record.spec.docker) return;
  const { dockerComesUp } = require('./docker-start') as typeof import('./docker-start');
  const tell = (stage: Progress['stage'], message: string) => onProgress?.({ machine: name, stage, message });
  await dockerComesUp(place, record, address, { signal, tell, timeoutMs });
}

export async function stop(
  place: Workplace,
  name: string,
  { graceMs = GRACE_MS, signal = new AbortController().signal }: StopOptions = {},
): Promise<void> {
  const stopping = withMachine(place, name, signal, async ({ record, machine }) => {
    if ((await stateOf(place, record, signal)) === 'Stopped') return;
    const driver = await place.drivers.of(record);
    await driver.stop(machine, { graceMs, signal });
  });
  await heeded(stopping, signal);
}

/** Without the lock: also what somebody else waits for in vain can be ended so. Nothing is recorded. */
export async function kill(place: Workplace, name: string): Promise<void> {
  const record = await place.store.read(name);
  const driver = await place.drivers.of(record);
  await requireRunning(place, record);
  await driver.kill(machineOf(place.store, record));
}

export function pause(place: Workplace, name: string): Promise<void> {
  return withMachine(place, name, undefined, async ({ record, machine }) => {
    const driver = await place.drivers.of(record);
    if (!driver.pause) throw cannot(record, 'pause a machine');
    await requireRunning(place, record);
    await driver.pause(machine);
  });
}

export function resume(place: Workplace, name: string): Promise<void> {
  return withMachine(place, name, undefined, async ({ record, machine }) => {
    const driver = await place.drivers.of(record);
    if (!driver.resume) throw cannot(record, 'resume a machine');
    await requireRunning(place, record);
    await driver.resume(machine);
  });
}

/** In whatever state that is not off: which it is. */
export async function requireRunning(
  place: Workplace,
  record: MachineRecord,
  signal?: AbortSignal,
): Promise<MachineState> {
  const state = await stateOf(place, record, signal);
  if (state !== 'Stopped' && state !== 'Saved') return state;
  // To start it is no advice where that would be refused.
  requireFinished(record);
  const { definition } = await place.drivers.engaged(record);
  const isStarted = definition.capabilities.power !== false;
  throw new HvError({
    code: 'ERR_NOT_RUNNING',
    message: 'Host is not running',
    hint: isStarted ? `hvkit start ${record.name}` : 'Switch it on where it stands: hvkit cannot.',
  });
}

/** One whose guest could answer: of a paused one nobody would, and whoever asked would wait for it. */
export async function requireAwake(place: Workplace, record: MachineRecord, signal?: AbortSignal): Promise<void> {
  if ((await requireRunning(place, record, signal)) !== 'Paused') return;
  throw new HvError({
    code: 'ERR_NOT_RUNNING',
    message: `The machine "${record.name}" is paused`,
    hint: `hvkit resume ${record.name}`,
  });
}

/** Of a machine whose creation or removal a killed process left where it stood. One that is only not yet a Docker host is a machine. */
export function requireFinished({ name, phase }: MachineRecord, cause?: unknown): void {
  if (phase === 'ready' || phase === 'provisioning') return;
  throw new HvError({
    code: 'ERR_UNFINISHED',
    message:
      phase === 'creating'
        ? `The machine "${name}" is not finished: it is still being created, or its creation was interrupted`
        : `The machine "${name}" is being removed, or its removal was interrupted`,
    hint: `hvkit rm ${name}`,
    cause,
  });
}

export function cannot({ name, driver }: MachineRecord, what: string): HvError {
  return new HvError({
    code: 'ERR_UNSUPPORTED',
    message: `The driver ${driver} of the machine "${name}" cannot ${what}`,
  });
}
