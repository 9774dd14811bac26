import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { HvError } from '../../errors';
import { namesIn } from '../../files';
import { signalProcess, watchProcess, type ProcessIdentity } from '../../native/hyperkit';
import { LINKS } from './bridge';
import { programOf } from './daemon';

/** Milliseconds that a server has to end by itself, and then for the kernel to take it away. */
const PATIENCE = 3000;
/** Milliseconds that the kernel has to take a bridge away. */
const BRIDGE_PATIENCE = 10_000;

/** Root alone can. */
export async function deleteBridge(name: string): Promise<void> {
  const ports = await namesIn(join(LINKS, name, 'brif'));
  if (ports.length > 0) {
    throw new HvError({
      code: 'ERR_KVM_CLAIMED',
      message: `The bridge ${name} is left alone: ${ports.join(', ')} is in it`,
      hint: `If nobody needs it: ip link delete ${name}`,
    });
  }
  const program = programOf('ip');
  if (program === undefined) throw undeletable(name, 'iproute2, which has the program ip, is not installed');
  try {
    await promisify(execFile)(program, ['link', 'delete', name], {
      cwd: '/',
      env: { LC_ALL: 'C' },
      timeout: BRIDGE_PATIENCE,
    });
  } catch (error) {
    // Somebody else was first.
    if (existsSync(join(LINKS, name))) throw undeletable(name, (error as Error).message, error);
  }
}

/** Resolves when they have ended, one after the other: what the first has forked ends with it. */
export async function endServer(processes: readonly ProcessIdentity[]): Promise<void> {
  for (const identity of processes) await end(identity);
}

async function end(identity: ProcessIdentity): Promise<void> {
  using watched = await watchProcess(identity);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await signalProcess(identity, signal);
    try {
      await watched.exit(AbortSignal.timeout(PATIENCE));
      return;
    } catch (error) {
      if (!HvError.is(error) || error.code !== 'ABORT_ERR') throw error;
    }
  }
  throw new HvError({
    code: 'ERR_KVM_BRIDGE',
    message: `The process ${identity.pid}, which serves the bridge, does not end, not even when it is killed`,
    hint: `ps -o pid,stat,wchan,args -p ${identity.pid}`,
  });
}

function undeletable(name: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_KVM_BRIDGE',
    message: `The bridge ${name} could not be deleted: ${why}`,
    hint: `ip link delete ${name}`,
    cause,
  });
}
