import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { findProcess, signalProcess, startHypervisor, watchProcess } from '../../native/hyperkit';
import type { DriverMachine } from '../driver';
import { hyperkitArguments } from './arguments';
import { filesOf, runFiles } from './files';
import { planOf } from './plan';
import { forgetProcess, isMissing, recordedProcess, recordProcess, runningProcess, type VmProcess } from './process';

/** hyperkit does not say that it has paused, and handles each signal on a thread of its own: the next one could overtake this. */
const SETTLED_MS = 250;

export interface Ending {
  graceMs: number;
  signal: AbortSignal;
}

export async function start(machine: DriverMachine, signal: AbortSignal): Promise<void> {
  const running = await runningProcess(machine);
  if (running) {
    await goOn(machine, running);
    return;
  }
  await refuseStray(machine);
  await forgetProcess(machine);
  signal.throwIfAborted();
  const plan = planOf(machine);
  const files = filesOf(machine.folder, plan.format);
  const args = hyperkitArguments(plan, files, { seeded: machine.image.init !== 'none' });
  using started = await startHypervisor({ file: plan.hyperkit, args, log: files.log });
  try {
    await recordProcess(machine, { ...started.identity, paused: false });
  } catch (error) {
    // Nobody would know of it.
    await signalProcess(started.identity, 'SIGKILL');
    await started.exit();
    await forgetProcess(machine);
    throw error;
  }
}

/** Presses the power button, and pulls the plug after the grace period. */
export async function stop(machine: DriverMachine, { graceMs, signal }: Ending): Promise<void> {
  const running = await runningProcess(machine);
  if (running) {
    using watched = await watchProcess(running);
    // What is paused sees no button.
    await goOn(machine, running);
    await signalProcess(running, 'SIGTERM');
    const grace = AbortSignal.timeout(graceMs);
    try {
      await watched.exit(AbortSignal.any([signal, grace]));
    } catch (error) {
      signal.throwIfAborted();
      if (!grace.aborted) throw error;
      await signalProcess(running, 'SIGKILL');
      await watched.exit();
    }
  }
  await forgetProcess(machine);
}

export async function kill(machine: DriverMachine): Promise<void> {
  const running = await runningProcess(machine);
  if (!running) return;
  using watched = await watchProcess(running);
  await signalProcess(running, 'SIGKILL');
  await watched.exit();
}

/** hyperkit ends when its guest is reset. */
export async function restart(machine: DriverMachine, ending: Ending): Promise<void> {
  await stop(machine, ending);
  await start(machine, ending.signal);
}

export async function pause(machine: DriverMachine): Promise<void> {
  const running = await requireRunning(machine);
  if (running.paused) return;
  // Recorded first: what is said to be paused and is not goes on by the next resume.
  await recordProcess(machine, { ...running, paused: true });
  await signalProcess(running, 'SIGUSR1');
  await delay(SETTLED_MS);
}

export async function resume(machine: DriverMachine): Promise<void> {
  await goOn(machine, await requireRunning(machine));
}

async function goOn(machine: DriverMachine, running: VmProcess): Promise<void> {
  if (!running.paused) return;
  await signalProcess(running, 'SIGUSR2');
  await recordProcess(machine, { ...running, paused: false });
}

async function requireRunning(machine: DriverMachine): Promise<VmProcess> {
  const running = await runningProcess(machine);
  if (running) return running;
  throw new HvError({ code: 'ERR_NOT_RUNNING', message: 'Host is not running', hint: `hvkit start ${machine.name}` });
}

/** A hyperkit that was started by somebody who was killed before it was recorded. Its pid alone does not prove that it is one. */
export async function refuseStray(machine: Pick<DriverMachine, 'folder' | 'name'>): Promise<void> {
  const { pidfile } = runFiles(machine.folder);
  const pid = await pidIn(pidfile);
  if (pid === undefined || pid === (await recordedProcess(machine))?.pid) return;
  const stray = await findProcess(pid);
  if (!stray) return;
  throw new HvError({
    code: 'ERR_XHYVE_STRAY',
    message: `A hyperkit of the machine "${machine.name}" may run that nobody recorded: ${pidfile} names process ${pid} (${stray.executable ?? 'of another user'})`,
    hint: `If it is one: kill ${pid}. If it is another program: rm ${pidfile}`,
  });
}

async function pidIn(pidfile: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(pidfile, 'utf8'), 10) || undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
