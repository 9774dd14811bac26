import { randomUUID } from 'node:crypto';

import type { BootImage } from '../images/image';
import type { Address, Capabilities, DriverDefinition, MachineSpec } from '../drivers/driver';
import { HvError } from '../errors';
import { createAll, rollBack, type HeadStart } from '../resources/engine';
import { isAbort, joinFailures } from '../resources/failures';
import type { StepProgress } from '../resources/steps';
import type { Engaged } from './drivers';
import { graphOf } from './graph';
import { heeded, untilAborted } from './heed';
import { checkOwnKey } from './keys';
import { Ledger } from './ledger';
import { lockOf } from './lifecycle';
import { withLock } from './lock';
import type { MachineRecord } from './machine-file';
import { checkName } from './names';
import { isImageRefusal, precreate } from './precreate';
import type { Progress, StartOptions } from './progress';
import { startAndWait } from './ready';
import { requireShares } from './share-mounts';
import type { Workplace } from './workplace';

/** What is settled before the machine's turn comes: it is the caller's to find out. */
export interface Wanted {
  name: string;
  definition: DriverDefinition;
  spec: MachineSpec;
  /** Undefined of a driver whose machines boot none of hvkit's. */
  image: ((options: ImageProgress) => Promise<BootImage>) | undefined;
}

interface ImageProgress {
  signal: AbortSignal;
  onProgress: (message: string, fraction?: number) => void;
}

type Tell = (stage: Progress['stage'], message: string, fraction?: number) => void;

/** Makes a machine, starts it, and waits until it answers. What fails, or is aborted, leaves nothing behind. */
export async function createMachine(
  place: Workplace,
  wanted: Wanted,
  { signal = new AbortController().signal, timeoutMs, onProgress }: StartOptions = {},
): Promise<MachineRecord> {
  const { name } = wanted;
  const tell: Tell = (stage, message, fraction) =>
    onProgress?.({ machine: name, stage, message, ...(fraction !== undefined && { fraction }) });
  checkCapabilities(wanted);
  await place.home.prepare();
  await refuseTwice(place, name);
  return withLock(lockOf(place, name, signal), async () => {
    await refuseTwice(place, name);
    try {
      const ledger = await settle(place, wanted, { signal, tell });
      return await make(place, ledger, { signal, tell, timeoutMs: timeoutMs ?? (await place.readyMs()) });
    } catch (error) {
      throw beforeAnything(name, error, signal);
    }
  });
}

/** What is to be settled before, which changes nothing. */
export async function beforehand<T>(name: string, settling: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await untilAborted(settling, signal);
  } catch (error) {
    throw beforeAnything(name, error, signal);
  }
}

function beforeAnything(name: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted !== true || !isAbort(error) || HvError.is(error)) return error;
  return interrupted(name, ': nothing had been made', error);
}

export async function refuseTwice({ store }: Workplace, name: string): Promise<void> {
  checkName(name);
  if (await store.has(name)) throw exists(name, 'Take another name; or hvkit rm takes this one away.');
  // It would be mixed with what is made, and go with it.
  if (await store.isForeign(name)) {
    throw exists(name, `Take another name: hvkit did not make what is in ${store.folder(name)}`);
  }
}

function exists(name: string, hint: string): HvError {
  return new HvError({ code: 'ERR_MACHINE_EXISTS', message: `Docker machine "${name}" already exists`, hint });
}

/** What cannot be here is refused now, and not when half of it is made. */
async function settle(
  place: Workplace,
  { name, definition, spec, image: find }: Wanted,
  { signal, tell }: { signal: AbortSignal; tell: Tell },
): Promise<Ledger> {
  signal.throwIfAborted();
  const { driver } = await place.drivers.engage(definition);
  await asked(signal, async () => {
    if (spec.sshKey !== undefined && definition.takes?.keys !== false) {
      await checkOwnKey(spec.sshKey, place.env['SSH_AUTH_SOCK']);
    }
    await driver.check?.({ name, spec });
    if (!spec.docker) return;
    const { checkDaemon } = require('./docker-daemon') as typeof import('./docker-daemon');
    checkDaemon(spec.docker, definition.name, place.warn);
    const { swarm } = spec.docker;
    if (!swarm || swarm.isMaster) return;
    const { managerOf } = require('./docker-swarm') as typeof import('./docker-swarm');
    await managerOf(place, { name }, swarm);
  });
  const image = find && (await found(find, { name: spec.image, signal, tell }));
  signal.throwIfAborted();
  tell('check', 'checking');
  const uuid = randomUUID();
  const plan = await asked(signal, () => driver.plan({ name, uuid, spec, ...(image && { image }) }));
  const record: MachineRecord = {
    schema: 1,
    name,
    uuid,
    ...place.drivers.recorded(definition),
    created: new Date().toISOString(),
    phase: 'creating',
    spec,
    ...(image && { image }),
    plan,
    resources: {},
  };
  await place.store.write(record);
  return new Ledger(place.store, record);
}

/** What a driver is asked before anything is made. */
async function asked<T>(signal: AbortSignal, question: () => Promise<T>): Promise<T> {
  try {
    // A hypervisor that hangs does not hear the signal.
    return await untilAborted(question(), signal);
  } catch (error) {
    if (signal.aborted) signal.throwIfAborted();
    throw precreate(error);
  }
}

async function found(
  find: NonNullable<Wanted['image']>,
  { name = '', signal, tell }: { name: string | undefined; signal: AbortSignal; tell: Tell },
): Promise<BootImage> {
  tell('image', `looking for the image ${name}`);
  try {
    return await find({
      signal,
      onProgress: (message, fraction) => {
        tell('image', message, fraction);
      },
    });
  } catch (error) {
    throw isImageRefusal(error) ? precreate(error) : error;
  }
}

interface Making {
  signal: AbortSignal;
  tell: Tell;
  timeoutMs: number;
}

async function make(place: Workplace, ledger: Ledger, work: Making): Promise<MachineRecord> {
  const { signal, tell } = work;
  const engaged = await place.drivers.engaged(ledger.record);
  const { driver } = engaged;
  try {
    const graph = graphOf(engaged, ledger.machine, place.docker);
    const isOn = engaged.definition.capabilities.power === false;
    const headStart = isOn ? undefined : driver.headStart?.(ledger.machine);
    await createAll(graph, ledger, {
      signal,
      onProgress: stepTeller('resources', tell),
      headStart: headStart && inTime(headStart, work),
    });
    const address = isOn ? await driver.address(ledger.machine) : await firstStart(place, engaged, ledger, work);
    if (address) await ledger.reached(address);
    if (ledger.record.spec.docker) await provisionNew(place, ledger, work);
    await ledger.enter('ready');
    return ledger.record;
  } catch (error) {
    throw await takeBack(place, engaged, ledger, { failure: error, signal, tell });
  }
}

/** One that hangs is left to the start itself, which tells what it waited for in vain. */
function inTime(headStart: HeadStart, { timeoutMs }: Making): HeadStart {
  return {
    without: headStart.without,
    begin: async (signal) => {
      const late = AbortSignal.timeout(timeoutMs);
      const either = AbortSignal.any([signal, late]);
      try {
        await heeded(headStart.begin(either), either);
      } catch (error) {
        if (!late.aborted) throw error;
      }
    },
  };
}

function firstStart(
  { env }: Workplace,
  { driver }: Engaged,
  ledger: Ledger,
  { signal, tell, timeoutMs }: Making,
): Promise<Address | undefined> {
  tell('start', 'starting');
  return startAndWait(
    driver,
    () => ledger.machine,
    (whileStarting) => driver.start(ledger.machine, whileStarting),
    {
      timeoutMs,
      signal,
      env,
      fresh: true,
      onStage: (message) => {
        tell('ready', message);
      },
      onLogin: (client, whileWaiting) => requireShares(driver, ledger.machine, { client, signal: whileWaiting }),
    },
  );
}

/** From here on it is a machine: whoever is killed now leaves one that `provision` goes on with. */
async function provisionNew(place: Workplace, ledger: Ledger, work: Making): Promise<void> {
  const { address, name } = ledger.record;
  if (!address) {
    throw new HvError({
      code: 'ERR_PROVISION',
      message: `The machine "${name}" cannot become a Docker host: hvkit cannot log in to it`,
      hint: 'An image that takes keys: --image docker, debian.',
    });
  }
  await ledger.enter('provisioning');
  const { makeDockerHost } = require('./docker-provision') as typeof import('./docker-provision');
  await makeDockerHost({ place, ledger, address, work });
}

/** Takes away what was made, also when that was to be aborted. The failure to report. */
async function takeBack(
  place: Workplace,
  engaged: Engaged,
  ledger: Ledger,
  { failure, signal, tell }: { failure: unknown; signal: AbortSignal; tell: Tell },
): Promise<unknown> {
  const { name } = ledger.record;
  const isInterrupted = signal.aborted && isAbort(failure);
  const told = isInterrupted ? interrupted(name, '', failure) : failure;
  tell('rollback', 'taking back what was made');
  // A half of it is not to be gone on with.
  if (ledger.record.phase === 'provisioning') await ledger.enter('removing');
  const graph = graphOf(engaged, ledger.machine, place.docker);
  const outcome = await rollBack(graph, ledger, told, { onProgress: stepTeller('rollback', tell) });
  if (!outcome.complete) return withRemainder(name, outcome.failure);
  try {
    await place.store.delete(name);
  } catch (error) {
    return withRemainder(name, joinFailures(outcome.failure, [error], 'not all that was made could be taken back'));
  }
  return isInterrupted ? interrupted(name, ': what had been made was taken back', failure) : outcome.failure;
}

function withRemainder(name: string, failure: unknown): unknown {
  if (!HvError.is(failure)) return failure;
  const { code, message, cause } = failure;
  return new HvError({ code, message, hint: `hvkit rm ${name} takes away what is left.`, cause });
}

function interrupted(name: string, what: string, cause: unknown): HvError {
  return new HvError({ code: 'ABORT_ERR', message: `Creating the machine "${name}" was interrupted${what}`, cause });
}

const VERBS = { create: 'making', update: 'changing', delete: 'removing' };

export function stepTeller(stage: Progress['stage'], tell: Tell): (progress: StepProgress) => void {
  return ({ kind, verb, message, fraction }) => {
    tell(stage, message ?? `${VERBS[verb]} the ${kind}`, fraction);
  };
}

const NEEDED: readonly { ability: keyof Capabilities; by: (spec: MachineSpec) => boolean; words: string }[] = [
  { ability: 'shares', by: ({ shares }) => shares.length > 0, words: 'share folders with a guest' },
  { ability: 'publish', by: ({ publish }) => publish.length > 0, words: "publish a guest's ports" },
  { ability: 'autostart', by: ({ autostart }) => autostart, words: 'start machines with the host' },
];

function checkCapabilities({ definition, spec }: Wanted): void {
  const missing = NEEDED.find(({ ability, by }) => by(spec) && !definition.capabilities[ability]);
  if (!missing) return;
  throw new HvError({
    code: 'ERR_PRECREATE',
    message: `The driver ${definition.name} cannot ${missing.words}`,
    hint: '`hvkit drivers` shows what each can do.',
  });
}
