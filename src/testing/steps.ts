import assert from 'node:assert/strict';

import { assertFailsAsPlanned, doubled, failingAfter, isPlanned, neverStarting, starting } from './faults';
import { expectation, type Expectation } from './expectation';

const removal: Expectation = expectation(
  'a removal that fails after any of its resources was deleted goes on where it stopped',
  async (subject) => {
    const machine = await subject.running();
    const failed = new Set<string>();
    // Each fails the first time that it is deleted.
    const definition = starting(subject.definition, (resource) => ({
      delete: async (step) => {
        if (failed.has(resource.id)) return resource.delete(step);
        failed.add(resource.id);
        return failingAfter(() => resource.delete(step))();
      },
    }));
    await using hvkit = subject.open(definition);
    for (let before = -1; before < failed.size;) {
      before = failed.size;
      const removal = (await hvkit.machine(machine.name)).remove();
      const isOver = await removal.then(
        () => true,
        (error: unknown) => {
          if (!isPlanned(error)) throw error;
          return false;
        },
      );
      if (isOver) break;
    }
    await subject.nothingRemains();
  },
);

/** What holds of the steps in which a machine is made and taken away. Only the last two let a guest boot. */
export const steps: readonly Expectation[] = [
  expectation(
    'what a resource makes is kept when it is made again, and gone when it is deleted again',
    async (subject) => {
      await subject.none();
      await assertFailsAsPlanned(subject, neverStarting(subject.definition, doubled));
      await subject.nothingRemains();
    },
  ),
  expectation('a failure after any of its resources was made takes back all of them', async (subject) => {
    await subject.none();
    for (let at = 0, count = 1; at < count; at += 1) {
      count = 0;
      const definition = neverStarting(subject.definition, (resource, position) => {
        count = Math.max(count, position + 1);
        return position === at ? { create: failingAfter((step) => resource.create(step)) } : {};
      });
      await assertFailsAsPlanned(subject, definition);
      await subject.nothingRemains();
    }
  }),
  expectation('a start that fails takes back all that was made', async (subject) => {
    await subject.none();
    await assertFailsAsPlanned(
      subject,
      neverStarting(subject.definition, () => ({})),
    );
    await subject.nothingRemains();
  }),
  expectation('interrupted when it is about to start, nothing of it stays', async (subject) => {
    await subject.none();
    const over = new AbortController();
    const onProgress = ({ stage }: { stage: string }): void => {
      if (stage === 'start') over.abort();
    };
    const making = subject.hvkit.create(subject.request(), { signal: over.signal, onProgress });
    await assert.rejects(making, { code: 'ABORT_ERR' });
    await subject.nothingRemains();
  }),
  removal,
  expectation('a machine whose file is lost is found by its mark, and taken away', async (subject) => {
    const machine = await subject.running();
    await subject.forget(machine);
    const found = await subject.hvkit.doctor();
    assert.ok(
      found.some(({ kind }) => kind === 'orphan'),
      'orphans() finds nothing of it',
    );
    const unmended = (await subject.hvkit.repair()).filter(({ mended }) => mended !== true);
    assert.deepEqual(unmended, []);
    await subject.nothingRemains();
  }),
];

/** Of a driver that takes machines as they are: nothing of them is its own. */
export const stepsWithoutPower: readonly Expectation[] = [
  removal,
  expectation('a machine whose file is lost leaves nothing', async (subject) => {
    await subject.forget(await subject.running());
    await subject.nothingRemains();
  }),
];
