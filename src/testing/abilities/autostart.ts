import { assertFailsAsPlanned, neverStarting } from '../faults';
import { expectation, type AbilityExpectations } from '../expectation';

export const autostart: AbilityExpectations = {
  has: [
    expectation('one that is to start with the host is made, and taken away without a trace', async (subject) => {
      await subject.none();
      const definition = neverStarting(subject.definition, () => ({}));
      await assertFailsAsPlanned(subject, definition, { autostart: true });
      await subject.nothingRemains();
    }),
  ],
  lacks: [
    expectation('to start with the host is refused, before anything is made', async (subject) => {
      await subject.none();
      const request = subject.request(undefined, { autostart: true });
      await subject.assertRefused((onProgress) => subject.hvkit.create(request, { onProgress }));
    }),
  ],
};
