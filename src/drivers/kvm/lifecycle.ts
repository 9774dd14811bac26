import { setTimeout as delay } from 'node:timers/promises';

import {
  DomainCreateFlags,
  DomainEventType,
  DomainRebootFlagValues,
  DomainShutdownFlagValues,
  DomainState,
  ErrorNumber,
  LibvirtError,
  type Connection,
  type Domain,
  type Events,
} from '../../native/libvirt';
import { HvError } from '../../errors';
import type { HeadStart } from '../../resources/engine';
import { ADDRESS } from './address';
import { domainOf } from './find';
import { toItsEnd } from './lost';
import { stopNow } from './resources/domain';
import type { Scene } from './scene';
import { startDomain } from './start';
import { eventOf } from './states';

export interface Ending {
  graceMs: number;
  signal: AbortSignal;
}

/** How often a domain is looked at anew that was another one than it seemed, and milliseconds in between. */
const LOOKS = 10;
const LOOK_AGAIN = 300;

/** A daemon that was killed while the machine started clears that away after it is back: until then it seems to be paused. */
export async function start(scene: Scene, signal: AbortSignal): Promise<void> {
  const domain = await domainOf(await scene.writer(), scene);
  for (let look = 1; ; look++) {
    signal.throwIfAborted();
    try {
      await startAsItIs(scene, domain, signal);
      return;
    } catch (error) {
      const isAnother = LibvirtError.is(error) && error.number === ErrorNumber.OPERATION_INVALID;
      if (!isAnother || look === LOOKS) throw error;
      await delay(LOOK_AGAIN, undefined, { signal });
    }
  }
}

/**
 * To reserve an address takes libvirt as long as to start QEMU, because it makes the network's firewall anew. Until the address
 * is there the guest does not run: start() finds it paused.
 */
export function headStart(scene: Scene): HeadStart | undefined {
  if (scene.plan.network.mode !== 'nat') return undefined;
  return { without: [ADDRESS], begin: () => toItsEnd(scene, startPaused(scene)) };
}

async function startPaused(scene: Scene): Promise<void> {
  const domain = await domainOf(await scene.writer(), scene);
  await domain.create(DomainCreateFlags.PAUSED);
}

async function startAsItIs(scene: Scene, domain: Domain, signal: AbortSignal): Promise<void> {
  const { state } = await domain.state();
  if (state === DomainState.PAUSED) await domain.resume();
  else if (state === DomainState.PMSUSPENDED) await domain.pmWakeup();
  else if (state === DomainState.SHUTOFF || state === DomainState.CRASHED) await startDomain(scene, domain, signal);
}

export async function stop(scene: Scene, { graceMs, signal }: Ending): Promise<void> {
  const connection = await scene.writer();
  const domain = await domainOf(connection, scene);
  const grace = AbortSignal.timeout(graceMs);
  const isOff = async () => !(await domain.isActive());
  try {
    await using events = connection.events('domain.lifecycle', {
      of: domain,
      signal: AbortSignal.any([signal, grace]),
    });
    await events.ready;
    if (await isOff()) return;
    await pressPowerButton(domain);
    for await (const _event of events) if (await isOff()) return;
  } catch (error) {
    signal.throwIfAborted();
    if (!grace.aborted) throw error;
  }
  await stopNow(domain);
}

/** What is paused sees no button. */
async function pressPowerButton(domain: Domain): Promise<void> {
  const { state } = await domain.state();
  try {
    if (state === DomainState.PAUSED) await domain.resume();
    if (state === DomainState.PMSUSPENDED) await domain.pmWakeup();
    await domain.shutdown(DomainShutdownFlagValues.ACPI_POWER_BTN);
  } catch (error) {
    // It went off by itself in between: the next event, or a look at it, says so.
    if (!LibvirtError.is(error) || error.number !== ErrorNumber.OPERATION_INVALID) throw error;
  }
}

export async function kill(scene: Scene): Promise<void> {
  await stopNow(await domainOf(await scene.writer(), scene));
}

/** Until the guest has begun anew: before that, the old system would still answer. */
export async function restart(scene: Scene, { graceMs, signal }: Ending): Promise<void> {
  const connection = await scene.writer();
  const domain = await domainOf(connection, scene);
  if (!(await domain.isActive())) {
    await startDomain(scene, domain, signal);
    return;
  }
  if ((await domain.state()).state === DomainState.PAUSED) await domain.resume();
  const grace = AbortSignal.timeout(graceMs);
  try {
    await rebooted(connection, domain, { scene, signal: AbortSignal.any([signal, grace]) });
  } catch (error) {
    signal.throwIfAborted();
    if (!grace.aborted) throw error;
    await domain.reset();
  }
}

async function rebooted(
  connection: Connection,
  domain: Domain,
  { scene, signal }: { scene: Scene; signal: AbortSignal },
): Promise<void> {
  await using reboots = connection.events('domain.reboot', { of: domain, signal });
  await using changes = connection.events('domain.lifecycle', { of: domain, signal });
  await Promise.all([reboots.ready, changes.ready]);
  await domain.reboot(DomainRebootFlagValues.ACPI_POWER_BTN);
  await Promise.race([reboots.next(), ended(scene, domain, changes)]);
}

/** Fails when the machine goes off: it does not begin anew any more. One that somebody has started again meanwhile did. */
async function ended(
  { machine }: Scene,
  domain: Domain,
  changes: AsyncIterable<Events['domain.lifecycle']>,
): Promise<void> {
  for await (const { event, detail } of changes) {
    if (event !== DomainEventType.STOPPED) continue;
    if (await domain.isActive()) return;
    throw new HvError({
      code: 'ERR_NOT_RUNNING',
      message: `The machine "${machine.name}" ended while it was to restart: ${eventOf(event, detail)?.detail}`,
      hint: `hvkit start ${machine.name}`,
    });
  }
}

export async function pause(scene: Scene): Promise<void> {
  const domain = await domainOf(await scene.writer(), scene);
  const { state } = await domain.state();
  if (state === DomainState.PAUSED) return;
  if (state !== DomainState.RUNNING) throw notRunning();
  await domain.suspend();
}

export async function resume(scene: Scene): Promise<void> {
  const domain = await domainOf(await scene.writer(), scene);
  const { state } = await domain.state();
  if (state === DomainState.RUNNING) return;
  if (state === DomainState.PMSUSPENDED) await domain.pmWakeup();
  else if (state === DomainState.PAUSED) await domain.resume();
  else throw notRunning();
}

export function notRunning(): HvError {
  return new HvError({ code: 'ERR_NOT_RUNNING', message: 'Host is not running', hint: 'hvkit start' });
}
