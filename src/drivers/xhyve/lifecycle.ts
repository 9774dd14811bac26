import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { writeWhole } from '../../files';
import { signalProcess, startHypervisor, watchProcess, type ProcessIdentity } from '../../native/hyperkit';
import { booted } from '../../images/booted';
import type { DriverMachine } from '../driver';
import { hyperkitArguments } from './arguments';
import { filesOf } from './files';
import { kept } from './keeper';
import { planOf } from './plan';
import { notePaused, processesOf, type Running } from './process';
import { requireFolder } from './run-folder';
import type { RunFiles } from './run-files';
import { checkShares, serverOfShares } from './shares';

/** hyperkit does not say that it has paused, and handles each signal on a thread of its own: the next one could overtake this. */
const SETTLED_MS = 250;
/** Between two looks for a process that comes or goes by itself, in a moment. */
const MOMENT_MS = 20;

export interface Ending {
  graceMs: number;
  signal: AbortSignal;
}

export async function start(machine: DriverMachine, run: RunFiles, signal: AbortSignal): Promise<void> {
  await requireFolder(machine, run);
  const running = await processesOf(run);
  if (running.vm ?? running.keeper) {
    await goOn(run, running);
    return;
  }
  await forget(run);
  const { shares } = machine.spec;
  await checkShares(shares, run);
  signal.throwIfAborted();
  const plan = planOf(machine);
  const args = hyperkitArguments(plan, filesOf(machine.folder, plan.format), run, {
    seeded: booted(machine).image.init !== 'none',
    shares: shares.length,
  });
  await writeWhole(run.again, '');
  try {
    const started = await startHypervisor({
      ...kept(plan.hyperkit, args, run, { shares, ...(shares.length > 0 && { server: serverOfShares() }) }),
      log: run.log,
      name: plan.hyperkit,
      until: (settled) => appearance(run, AbortSignal.any([settled, signal])),
    });
    signal.throwIfAborted();
    // It goes on by itself.
    started.close();
  } catch (error) {
    await kill(run);
    throw error;
  }
}

/** Presses the power button, and pulls the plug after the grace period. */
export async function stop(run: RunFiles, { graceMs, signal }: Ending): Promise<void> {
  const running = await processesOf(run);
  if (running.vm ?? running.keeper) {
    // What is paused sees no button.
    await goOn(run, running);
    const grace = AbortSignal.timeout(graceMs);
    try {
      await powerOff(run, AbortSignal.any([signal, grace]));
    } catch (error) {
      signal.throwIfAborted();
      if (!grace.aborted) throw error;
      await kill(run);
    }
  }
  await forget(run);
}

/** hyperkit ends when its guest is reset. */
export async function restart(machine: DriverMachine, run: RunFiles, ending: Ending): Promise<void> {
  await stop(run, ending);
  await start(machine, run, ending.signal);
}

export async function pause(machine: DriverMachine, run: RunFiles): Promise<void> {
  const { vm, paused } = await requireRunning(machine, run);
  if (paused) return;
  // Noted first: what is said to be paused and is not goes on by the next resume.
  await notePaused(run, vm);
  await signalProcess(vm, 'SIGUSR1');
  await delay(SETTLED_MS);
}

export async function resume(machine: DriverMachine, run: RunFiles): Promise<void> {
  await goOn(run, await requireRunning(machine, run));
}

async function goOn({ paused: note }: RunFiles, { vm, paused }: Running): Promise<void> {
  if (!vm || !paused) return;
  await signalProcess(vm, 'SIGUSR2');
  await rm(note, { force: true });
}

async function requireRunning(
  { name }: DriverMachine,
  run: RunFiles,
): Promise<Running & Required<Pick<Running, 'vm'>>> {
  const { vm, ...others } = await processesOf(run);
  if (vm) return { vm, ...others };
  throw new HvError({ code: 'ERR_NOT_RUNNING', message: 'Host is not running', hint: `hvkit start ${name}` });
}

/** Resolves when hyperkit runs, and also when nobody wants to know any more. */
async function appearance(run: RunFiles, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await processesOf(run)).vm) await delay(MOMENT_MS);
}

/** Presses the power button, and waits until hyperkit and its keeper have ended. */
async function powerOff(run: RunFiles, signal: AbortSignal): Promise<void> {
  await noReset(run);
  for (;;) {
    signal.throwIfAborted();
    const { vm, keeper } = await processesOf(run);
    if (vm) await endOne(vm, 'SIGTERM', signal);
    else if (keeper) await delay(MOMENT_MS);
    else return;
  }
}

/** Pulls the plug. The keeper does it where there is one: it knows also of a hyperkit that has not written its pid yet. */
export async function kill(run: RunFiles): Promise<void> {
  await noReset(run);
  for (;;) {
    const { vm, keeper } = await processesOf(run);
    if (keeper) await endOne(keeper, 'SIGUSR1');
    else if (vm) await endOne(vm, 'SIGKILL');
    else return;
  }
}

/** From now on a reset of the guest is its end. */
async function noReset({ again }: RunFiles): Promise<void> {
  await rm(again, { force: true });
}

async function endOne(identity: ProcessIdentity, how: NodeJS.Signals, signal?: AbortSignal): Promise<void> {
  using watched = await watchProcess(identity);
  await signalProcess(identity, how);
  await watched.exit(signal);
}

/** What a process leaves that did not end by itself would stop the next one, or tell of it. */
async function forget({ keeper, pidfile, paused, ended, terminal, ringBefore }: RunFiles): Promise<void> {
  for (const path of [keeper, pidfile, paused, ended, terminal, ringBefore]) await rm(path, { force: true });
}
