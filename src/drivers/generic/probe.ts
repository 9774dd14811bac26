import { HvError } from '../../errors';
import { openSocket } from '../../ssh/socket';
import type { StateReading } from '../driver';
import type { GenericPlan } from './plan';

/** Of a host that is off nobody says that it is: this long it is waited for. */
const PATIENCE_MS = 5000;
/** Of these it is known that the host, or its ssh server, does not run. */
const NOT_THERE = /^(?:EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ETIMEDOUT)$/;

/** Whether an ssh server says hello. More than that nobody can tell of a host from outside. */
export async function probe({ host, port }: GenericPlan, signal?: AbortSignal): Promise<StateReading> {
  let isTaken = false;
  try {
    const onConnect = (): void => {
      isTaken = true;
    };
    const socket = await openSocket({ host, port }, { timeoutMs: PATIENCE_MS, signal, onConnect });
    socket.destroy();
    return { state: 'Running' };
  } catch (error) {
    signal?.throwIfAborted();
    if (!HvError.is(error)) throw error;
    const isOff =
      error.code === 'ERR_SSH_REFUSED' ||
      (error.code === 'ERR_SSH_TIMEOUT' && !isTaken) ||
      NOT_THERE.test((error.cause as NodeJS.ErrnoException | undefined)?.code ?? '');
    return isOff ? { state: 'Stopped', reason: error.message } : { error };
  }
}
