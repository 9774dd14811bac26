import assert from 'node:assert/strict';

import { expectation, type Expectation } from './expectation';

/** The last that is seen of the machine that the tests before shared. */
export const endings: readonly Expectation[] = [
  expectation('another one beside it has an address of its own, and goes without disturbing it', async (subject) => {
    const machine = await subject.running();
    const other = await subject.hvkit.create(subject.request('other'));
    await subject.assertAnswers(other);
    // What is taken as it is may be the same host twice.
    const isAlone = subject.hasPower && (await subject.answers(other));
    if (isAlone) assert.notDeepEqual(await other.address(), await machine.address());
    await other.remove();
    await assert.rejects(other.state(), { code: 'ERR_NO_MACHINE' });
    assert.deepEqual(await subject.hvkit.doctor(), []);
    await subject.assertAnswers(machine);
  }),
  expectation('removed while it is on, nothing of it stays', async (subject) => {
    const machine = await subject.running();
    if (subject.has('pause')) await machine.pause();
    await machine.remove();
    await subject.nothingRemains();
    assert.deepEqual(await subject.hvkit.leases.list(), []);
  }),
];
