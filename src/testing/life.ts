import assert from 'node:assert/strict';

import type { MachineState, StateEvent } from '../drivers/driver';
import { expectation, type Expectation } from './expectation';

const common: readonly Expectation[] = [
  expectation('a machine that is made answers, is listed, and nothing is amiss', async (subject) => {
    await subject.none();
    const stages = new Set<string>();
    const machine = await subject.hvkit.create(subject.request(), { onProgress: ({ stage }) => stages.add(stage) });
    const due = subject.hasPower ? ['resources', 'start'] : ['check'];
    assert.ok(
      due.every((stage) => stages.has(stage)),
      `it was told of ${[...stages].join(', ')} alone`,
    );
    await subject.assertAnswers(machine);
    assert.equal((await machine.refresh()).phase, 'ready');
    const rows = await subject.hvkit.list();
    assert.deepEqual(
      rows.map(({ name, state, driver }) => ({ name, state, driver })),
      [{ name: machine.name, state: 'Running', driver: subject.definition.name }],
    );
    assert.deepEqual(
      (await subject.hvkit.doctor()).map(({ message }) => message),
      [],
    );
  }),
  expectation('it has the calls that its abilities need', async (subject) => {
    const { capabilities } = subject.definition;
    await subject.withDriver(await subject.running(), (driver) => {
      const calls = {
        pause: driver.pause !== undefined && driver.resume !== undefined,
        console: driver.console !== undefined,
        leases: driver.leases !== undefined && driver.release !== undefined,
      };
      const { pause, console, leases } = capabilities;
      assert.deepEqual(calls, { pause, console, leases });
      return Promise.resolve();
    });
  }),
  expectation('another process finds it as it is', async (subject) => {
    const machine = await subject.running();
    await using other = subject.open();
    const found = await other.machine(machine.name);
    assert.equal(await found.state(), 'Running');
    if (await subject.answers(machine)) assert.deepEqual(await found.address(), await machine.address());
  }),
];

export const life: readonly Expectation[] = [
  ...common,
  expectation('stopped and started again, it answers at the same address', async (subject) => {
    const machine = await subject.running();
    const where = async () => ((await subject.answers(machine)) ? machine.address() : undefined);
    const address = await where();
    await machine.stop();
    assert.equal(await machine.state(), 'Stopped');
    // Once more is no fault.
    await machine.stop();
    await assert.rejects(machine.address(), { code: 'ERR_NOT_RUNNING' });
    await machine.start();
    await machine.start();
    assert.deepEqual(await where(), address);
    await subject.assertAnswers(machine);
  }),
  expectation('restarted, it answers again', async (subject) => {
    const machine = await subject.running();
    await machine.restart();
    await subject.assertAnswers(machine);
  }),
  expectation('killed, it is off at once, and starts again, which whoever watches is told', async (subject) => {
    const machine = await subject.running();
    await subject.withDriver(machine, async (driver, seen) => {
      const over = new AbortController();
      const events: AsyncIterator<StateEvent, unknown> = (await driver.watch(seen, over.signal))[
        Symbol.asyncIterator
      ]();
      try {
        await machine.kill();
        assert.equal(await machine.state(), 'Stopped');
        await assert.rejects(machine.kill(), { code: 'ERR_NOT_RUNNING' });
        assert.equal((await until(events, 'Stopped')).uuid, machine.uuid);
        await machine.start();
        await until(events, 'Running');
        await subject.assertAnswers(machine);
      } finally {
        over.abort();
      }
      // The signal ends the watch.
      while ((await events.next()).done !== true);
    });
  }),
  expectation('the state of one that is not there is an error, which spoils no other', async (subject) => {
    const machine = await subject.running();
    await subject.withDriver(machine, async (driver, seen) => {
      const gone = { ...seen, name: 'gone', uuid: '00000000-0000-4000-8000-000000000000' };
      const states = await driver.states([gone, seen]);
      assert.deepEqual(states.get(seen.uuid), { state: 'Running' });
      const reading = states.get(gone.uuid);
      assert.ok(reading && 'error' in reading, `of the one that is not there it says ${JSON.stringify(reading)}`);
    });
  }),
];

/** Of a driver that takes machines as they are. */
export const lifeWithoutPower: readonly Expectation[] = [
  ...common,
  expectation('it is not stopped, which is said, and goes on running', async (subject) => {
    const machine = await subject.running();
    await subject.assertRefused(() => machine.stop());
    await subject.assertAnswers(machine);
  }),
];

async function until(events: AsyncIterator<StateEvent, unknown>, wanted: MachineState): Promise<StateEvent> {
  for (;;) {
    const next = await events.next();
    if (next.done === true) assert.fail(`the watch ended before ${wanted} came`);
    const event = next.value;
    if (event.state === wanted) return event;
  }
}
