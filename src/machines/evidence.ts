import type { Driver, DriverMachine } from '../drivers/driver';
import { consoleTail, type Tail } from './console-tail';
import { endOf } from './end-of';

/** Milliseconds that a hypervisor has to tell what it knows of a machine that did not come up. */
const PATIENCE = 5000;

/** What is known of a machine that does not answer: by its driver, and of its console. That it cannot be known is told as well. */
export async function evidenceOf(driver: Driver, machine: DriverMachine, tail: Tail): Promise<string[]> {
  const patience = AbortSignal.timeout(PATIENCE);
  const signal = AbortSignal.any([tail.signal, patience]);
  const looked = async (what: string, look: () => Promise<readonly string[]>): Promise<readonly string[]> => {
    try {
      return await Promise.race([look(), endOf(signal)]);
    } catch (failure) {
      const why = patience.aborted ? 'the hypervisor does not answer' : (failure as Error).message;
      return [`and ${what} cannot be looked at: ${why}`];
    }
  };
  const [known, said] = await Promise.all([
    looked('it', () => driver.evidence(machine)),
    looked('its console', () => consoleTail(driver, machine, { ...tail, signal })),
  ]);
  return [...known, ...said];
}
