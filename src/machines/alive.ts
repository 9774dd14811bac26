import type { Driver, DriverMachine } from '../drivers/driver';
import { untilAborted } from './heed';
import { Vigil } from './vigil';

/** Runs work that is in vain when the machine ends, or its console says that it fails: then the work ends too, and that is told. */
export async function whileItRuns<T>(
  driver: Driver,
  machine: DriverMachine,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    const vigil = await untilAborted(Vigil.begin(driver, machine, { signal: either, fresh: false }), either);
    await untilAborted(vigil.started(), either);
    const doing = work(either);
    // Where the machine is lost, what becomes of the work is of no interest.
    doing.catch(() => undefined);
    return await Promise.race([doing, vigil.lost]);
  } finally {
    over.abort();
  }
}
