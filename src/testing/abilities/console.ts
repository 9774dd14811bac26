import type { Duplex } from 'node:stream';
import { once } from 'node:events';

import { expectation, type AbilityExpectations } from '../expectation';

export const console: AbilityExpectations = {
  has: [
    expectation('its console is opened, closed, and opened again', async (subject) => {
      const machine = await subject.running();
      await closed(await machine.console());
      await closed(await machine.console());
    }),
  ],
  lacks: [
    expectation('it has no console, which is said', async (subject) => {
      const machine = await subject.running();
      await subject.assertRefused(() => machine.console());
    }),
  ],
};

async function closed(console: Duplex): Promise<void> {
  console.resume();
  const end = once(console, 'close');
  console.destroy();
  await end;
}
