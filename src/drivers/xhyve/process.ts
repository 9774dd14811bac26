import { HvError } from '../../errors';
import { isErrno, textOf, writeWhole } from '../../files';
import { findProgram, type ProcessExit, type ProcessIdentity } from '../../native/hyperkit';
import type { MachineState } from '../driver';
import { ofKeeper } from './keeper';
import type { RunFiles } from './run-files';

/** The processes of a machine that run. None: it is off. */
export interface Running {
  /** hyperkit itself. */
  vm?: ProcessIdentity;
  /** Its parent, which starts it again after a reset: for that moment there is no other. */
  keeper?: ProcessIdentity;
  paused: boolean;
}

const SIGNALLED = 128;

/**
 * Nothing is recorded when they are started: each writes its pid itself, so no moment is between its start and the record of
 * it. That the pid is theirs is told by their arguments, in which the path of that very file stands.
 */
export async function processesOf(files: RunFiles): Promise<Running> {
  const [vm, keeper] = await Promise.all([
    named(files.pidfile, ['-F', files.pidfile]),
    named(files.keeper, ofKeeper(files.folder)),
  ]);
  const paused = vm !== undefined && (await isPaused(files, vm));
  return { ...(vm && { vm }), ...(keeper && { keeper }), paused };
}

export async function stateOf(files: RunFiles): Promise<MachineState> {
  const { vm, keeper, paused } = await processesOf(files);
  if (paused) return 'Paused';
  return vm || keeper ? 'Running' : 'Stopped';
}

/** hyperkit itself does not tell, and its successor is not paused. */
export async function notePaused({ paused }: RunFiles, { pid, start }: ProcessIdentity): Promise<void> {
  await writeWhole(paused, `${JSON.stringify({ pid, start })}\n`);
}

/** How it ended the last time; undefined: not yet, or nobody saw it. */
export async function endOf({ ended }: RunFiles): Promise<ProcessExit | undefined> {
  const text = (await textOf(ended))?.trim();
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const status = Number(text);
  if (status <= SIGNALLED) return { code: status, signal: null };
  const { constants } = require('node:os') as typeof import('node:os');
  const names = Object.keys(constants.signals) as NodeJS.Signals[];
  const signal = names.find((name) => constants.signals[name] === status - SIGNALLED);
  return signal === undefined ? { code: status, signal: null } : { code: null, signal };
}

/** The pid in a file, if any; that of nobody counts as none. */
export async function pidIn(path: string): Promise<number | undefined> {
  let text: string | undefined;
  try {
    text = await textOf(path);
  } catch (error) {
    throw isErrno(error, 'EACCES', 'EISDIR') ? unreadable(path, error) : error;
  }
  const pid = Number(text?.trim());
  return Number.isSafeInteger(pid) && pid > 0 && pid < 2 ** 31 ? pid : undefined;
}

async function named(path: string, args: readonly string[]): Promise<ProcessIdentity | undefined> {
  const pid = await pidIn(path);
  return pid === undefined ? undefined : findProgram(pid, args);
}

async function isPaused({ paused }: RunFiles, { pid, start }: ProcessIdentity): Promise<boolean> {
  return (await textOf(paused))?.trim() === JSON.stringify({ pid, start });
}

function unreadable(path: string, cause: unknown): HvError {
  return new HvError({
    code: 'ERR_XHYVE_PROCESS',
    message: `Which process a machine is cannot be read from ${path}: ${(cause as Error).message}`,
    hint: 'Everything in the home of hvkit belongs to its user: make that file readable, or delete it.',
    cause,
  });
}
