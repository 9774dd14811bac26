import { HvError } from '../../errors';
import type { Scene } from './scene';

/** What is said of a connection that ended while something was asked over it. */
const LOST = new Set(['ERR_CONNECTION_CLOSED', 'ERR_CONNECTION_LOST']);

/** Of work on a machine: a daemon that goes away in the middle of it is told as what it is. */
export async function toItsEnd({ plan, machine }: Scene, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!HvError.is(error) || !LOST.has(error.code)) throw error;
    throw new HvError({
      code: 'ERR_CONNECTION_LOST',
      message: `libvirt (${plan.target.uri}) went away, or has stopped answering, in the middle of it`,
      hint: `hvkit status ${machine.name}; then the same again`,
      cause: error,
    });
  }
}
