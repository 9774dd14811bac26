import { hypervisorFailure, hypervisorSaid, type ProcessExit } from '../../native/hyperkit';
import { endOf } from './process';
import type { RunFiles } from './run-files';

/** hyperkit's own, of its src/hyperkit.c. */
const RESET = 2;
const TRIPLE_FAULT = 3;

/** Why a machine ended that nobody ended on purpose, in a sentence; undefined: it was shut down, or killed. */
export async function reasonOf(run: RunFiles): Promise<string | undefined> {
  const exit = await endOf(run);
  if (!exit || exit.code === 0 || exit.code === RESET || exit.signal === 'SIGKILL') return undefined;
  return hypervisorFailure('hyperkit', exit, await hypervisorSaid(run.log)).message;
}

/** In the words that other drivers have for it. */
export function detailOf(exit: ProcessExit | undefined): string {
  if (!exit) return 'stopped';
  if (exit.code === 0) return 'shutdown by the guest';
  if (exit.code === RESET) return 'reset by the guest';
  if (exit.code === TRIPLE_FAULT) return 'crashed by a triple fault';
  return exit.signal === 'SIGKILL' ? 'destroyed' : 'crashed';
}
