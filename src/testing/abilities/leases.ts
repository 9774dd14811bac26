import assert from 'node:assert/strict';

import { expectation, type AbilityExpectations } from '../expectation';

export const leases: AbilityExpectations = {
  has: [
    expectation('its lease is listed as its own', async (subject) => {
      const machine = await subject.running();
      const own = (await subject.hvkit.leases.list()).filter((lease) => lease.machine === machine.name);
      // Of another image's guest nobody knows whether it asks for an address, nor when.
      if (!(await subject.answers(machine))) return;
      const { guest, host } = await machine.address();
      assert.ok(own.some((lease) => lease.address === (guest ?? host)));
    }),
  ],
  lacks: [
    expectation('it has no leases', async (subject) => {
      await subject.running();
      assert.deepEqual(await subject.hvkit.leases.list(), []);
    }),
  ],
};
