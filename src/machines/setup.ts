import type { HostSetup } from '../drivers/driver';
import { HvError } from '../errors';
import type { Workplace } from './workplace';

export interface SetupOptions {
  /** Told of each thing that was done, or that there was nothing to do. */
  onStep?: ((line: string) => void) | undefined;
}

/** What a driver wants of root on this host. */
export async function setupOf({ drivers }: Workplace, driver: string): Promise<HostSetup> {
  const definition = await drivers.registry.get(driver);
  const setup = definition.setup?.(await drivers.contextToLook());
  if (setup) return setup;
  throw new HvError({
    code: 'ERR_NO_SETUP',
    message: `The driver "${definition.name}" has nothing to be set up`,
    hint: 'hvkit doctor says whether something is missing.',
  });
}
