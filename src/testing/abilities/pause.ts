import assert from 'node:assert/strict';

import { expectation, type AbilityExpectations } from '../expectation';

export const pause: AbilityExpectations = {
  has: [
    expectation('paused and resumed, it goes on', async (subject) => {
      const machine = await subject.running();
      await machine.pause();
      assert.equal(await machine.state(), 'Paused');
      await machine.resume();
      await subject.assertAnswers(machine);
    }),
  ],
  lacks: [
    expectation('it cannot be paused, which is said', async (subject) => {
      const machine = await subject.running();
      await subject.assertRefused(() => machine.pause());
      await subject.assertRefused(() => machine.resume());
      assert.equal(await machine.state(), 'Running');
    }),
  ],
};
