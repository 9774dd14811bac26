import assert from 'node:assert/strict';

import { expectation, type AbilityExpectations } from '../expectation';

export const leases: AbilityExpectations = {
  has: [
    expectation('its lease is listed as its own', async (subject) => {
      const machine = await subject.running();
      const own = (await subject.hvkit.leases.list()).filter((lease) => lease.machine === machine.name);
      const address = (await subject.answers(machine)) ? await machine.address() : undefined;
      assert.ok(own.some((lease) => lease.address === (address?.guest ?? address?.host)));
    }),
  ],
  lacks: [
    expectation('it has no leases', async (subject) => {
      await subject.running();
      assert.deepEqual(await subject.hvkit.leases.list(), []);
    }),
  ],
};
