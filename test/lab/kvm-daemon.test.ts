import { Actor, microImage } from './actor';
import { killDaemon, startDaemon } from './daemon';
import { traces } from './traces';

const NAT = { network: { mode: 'nat' } };
const LONG = 300_000;

/** `done`, or the code of the error. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // What fails says what it was and what failed.
    expect([code, message]).toEqual([expect.stringMatching(/^(?:ERR|VIR_ERR)_/), expect.stringMatching(/\w+ \w+/)]);
    return code ?? '';
  }
}

/** Kills the daemon when the work has gone on for so long, and has it come back. */
async function interrupted(work: Promise<unknown>, afterMs: number): Promise<string> {
  const over = outcome(work);
  const timer = new Promise((resolve) => setTimeout(resolve, afterMs));
  await Promise.race([over, timer]);
  killDaemon();
  startDaemon();
  return over;
}

/** What libvirtd was killed over before it had written it down, it knows nothing of; and that is all that is left. */
async function repair(actor: Actor): Promise<void> {
  for (const name of await actor.ask<string[]>('deleteOrphans')) expect(name).toMatch(/^(?:bridge hvk|DHCP server \d)/);
}

test.each([0, 30, 100, 300, 800])(
  'libvirtd dies %d ms into a create: it is done or says why, and what it made can be taken away',
  async (afterMs) => {
    await using actor = new Actor();
    const name = 'dev';
    const came = await interrupted(actor.make(name, NAT), afterMs);
    // Nothing was planned where the daemon was gone before that.
    const isPlanned = await actor.ask('isPlanned', { name });
    if (came === 'done') expect(isPlanned).toBe(true);
    if (isPlanned) {
      // The next program, or the same one, goes on from what is recorded.
      if (came !== 'done') await actor.ask('create', { name });
      for (const reading of await actor.ask<object[]>('read', { name })) {
        expect(reading).toMatchObject({ status: 'ok' });
      }
      await actor.ask('remove', { name });
    }
    await repair(actor);
    expect(traces(actor.home)).toEqual([]);
  },
  LONG,
);

test.each([0, 30, 150])(
  'libvirtd dies %d ms into a removal: the same again completes it',
  async (afterMs) => {
    await using actor = new Actor();
    const name = 'dev';
    await actor.boot(name, NAT);
    if ((await interrupted(actor.ask('remove', { name }), afterMs)) !== 'done') await actor.ask('remove', { name });
    expect(traces(actor.home)).toEqual([]);
  },
  LONG,
);

test.each([0, 30, 150])(
  'libvirtd dies %d ms into a stop: the same again completes it',
  async (afterMs) => {
    await using actor = new Actor();
    const name = 'dev';
    await actor.boot(name, NAT);
    const stop = () => actor.ask('stop', { name, graceMs: 2000 });
    if ((await interrupted(stop(), afterMs)) !== 'done') await stop();
    expect(await actor.ask('states', { names: [name] })).toMatchObject([{ state: 'Stopped' }]);
    await actor.ask('remove', { name });
    await repair(actor);
    expect(traces(actor.home)).toEqual([]);
  },
  LONG,
);

test(
  'libvirtd dies while a guest starts and runs: the guest goes on, and is watched, reached and stopped as before',
  async () => {
    await using actor = new Actor();
    const name = 'dev';
    await actor.make(name, NAT, microImage());
    const came = await interrupted(actor.ask('start', { name }), 200);
    if (came !== 'done') await actor.ask('start', { name });
    const address = await actor.where(name);
    expect(await actor.ask('login', { name, lines: ['hostname'], withinMs: 120_000 })).toEqual(['dev\n']);

    await actor.ask('watch', { name });
    killDaemon();
    startDaemon();
    expect(await actor.ask('states', { names: [name] })).toEqual([{ state: 'Running' }]);
    expect(await actor.where(name)).toEqual(address);
    await actor.ask('stop', { name, graceMs: 60_000 });
    expect(await actor.ask('until', { name, state: 'Stopped' })).toContainEqual(
      expect.objectContaining({ state: 'Stopped' }),
    );
    await actor.ask('remove', { name });
    expect(traces(actor.home)).toEqual([]);
  },
  LONG,
);
