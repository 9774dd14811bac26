import { HvError } from '../errors';
import { deleteAll } from '../resources/engine';
import { isAbort } from '../resources/failures';
import { stepTeller } from './create';
import { graphOf } from './graph';
import { heeded } from './heed';
import type { Ledger } from './ledger';
import { withMachine } from './lifecycle';
import type { WorkOptions } from './progress';
import type { Workplace } from './workplace';

/**
 * Takes away a machine with all it has, in whatever phase it is. What was interrupted goes on where it stopped. With `force`
 * the record goes also if the rest cannot.
 */
export async function removeMachine(
  place: Workplace,
  name: string,
  { signal = new AbortController().signal, onProgress, force = false }: WorkOptions & { force?: boolean } = {},
): Promise<void> {
  const removing = withMachine(place, name, signal, async (ledger) => {
    try {
      await ledger.enter('removing');
      await deleteResources(place, ledger, { signal, onProgress });
    } catch (error) {
      if (signal.aborted && isAbort(error)) throw interrupted(name, error);
      // Also by force, what was only ended early is not forgotten.
      if (!force || signal.aborted) throw error;
      place.warn(`"${name}" was forgotten, and something of it may be left: ${(error as Error).message}`);
    }
    await place.store.delete(name);
  });
  try {
    await heeded(removing, signal);
  } catch (error) {
    throw error === signal.reason ? interrupted(name, error) : error;
  }
}

async function deleteResources(place: Workplace, ledger: Ledger, { signal, onProgress }: Loose): Promise<void> {
  const { name } = ledger.record;
  const engaged = await place.drivers.engaged(ledger.record);
  const tell = stepTeller('resources', (stage, message, fraction) =>
    onProgress?.({ machine: name, stage, message, ...(fraction !== undefined && { fraction }) }),
  );
  await deleteAll(graphOf(engaged, ledger.machine, place.docker), ledger, { signal, onProgress: tell });
}

type Loose = { [K in keyof WorkOptions]: WorkOptions[K] | undefined };

function interrupted(name: string, cause: unknown): HvError {
  return new HvError({
    code: 'ABORT_ERR',
    message: `Removing the machine "${name}" was interrupted: hvkit rm ${name} goes on with it`,
    cause,
  });
}
