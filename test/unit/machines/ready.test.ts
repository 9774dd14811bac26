import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { AddressWatch, Driver, DriverMachine } from '../../../src/driver';
import { HvError } from '../../../src/errors';
import { isAbort } from '../../../src/resources/failures';
import { fileDriver } from '../../support/file-driver';
import { TestHome } from '../../support/home';

test('a guest that dies fails at once, with what its console said last', async () => {
  await using home = new TestHome();
  const creating = home.open().create(home.request('dev', { guest: 'dies' }), { timeoutMs: 100_000 });
  const why = 'The machine "dev" ended while it was starting: (?:its process ended|it ended at once)';
  await expect(creating).rejects.toMatchObject({
    code: 'ERR_MACHINE_DIED',
    message: expect.stringMatching(
      new RegExp(`^${why}\\n {2}state: Stopped\\n {2}the console said last:\\n {4}booting as dies`),
    ) as string,
  });
  expect(home.remains).toEqual([]);
});

test('a guest that panics fails at once, with what its kernel says of it from the first line on', async () => {
  await using home = new TestHome();
  const creating = home.open().create(home.request('dev', { guest: 'panic' }), { timeoutMs: 100_000 });
  const line = '[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs';
  const report = Array.from({ length: 10 }, (_, index) => `    its report, line ${index + 1}`);
  await expect(creating).rejects.toThrow(HvError);
  const { code, message } = (await creating.catch((error: unknown) => error)) as HvError;
  const lines = message.split('\n').filter((each) => !each.startsWith('  the last attempt:'));
  expect([code, ...lines]).toEqual([
    'ERR_GUEST_FAILED',
    `The machine "dev" does not come up: its kernel panicked ("${line}")`,
    '  state: Running',
    '  the console said:',
    ...[`    ${line}`, ...report],
  ]);
  expect(home.remains).toEqual([]);
});

test.each([
  ['silent', 'its ssh server did not let anybody in', 'A slow host needs more time'],
  ['no-address', 'it got no address', 'Is there a DHCP server'],
])('a guest that stays %s fails at the deadline', async (guest, message, hint) => {
  await using home = new TestHome();
  const creating = home.open({ HVKIT_TIMEOUT: '1' }).create(home.request('dev', { guest }));
  await expect(creating).rejects.toMatchObject({
    code: 'ERR_NOT_READY',
    message: expect.stringContaining(
      `The machine "dev" did not come up within 1 s: ${message}\n  state: Running\n  the console said last:\n    booting as ${guest}`,
    ) as string,
    hint: expect.stringContaining(hint) as string,
  });
  expect(home.remains).toEqual([]);
});

test('a guest that asks for a login, and refuses ssh for long, is not waited for until the deadline', async () => {
  await using home = new TestHome();
  const hvkit = home.open();
  let later = 0;
  const now = performance.now.bind(performance);
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + later);
  // Each look at the clock is three seconds after the last, once ssh is tried.
  const onProgress = ({ message }: { message: string }): void => {
    if (message.startsWith('waiting for ssh')) clock.mockImplementation(() => now() + (later += 3000));
  };
  try {
    const creating = hvkit.create(home.request('dev', { guest: 'login' }), { timeoutMs: 100_000, onProgress });
    await expect(creating).rejects.toMatchObject({
      code: 'ERR_NOT_READY',
      message: expect.stringMatching(
        /^The machine "dev" did not come up: its console asks for a login and has said nothing more for 150 s, and no ssh server answers in it\n {2}state: Running\n {2}the console said last:\n {4}booting as login\n {4}Some Linux 1 dev ttyS0\n {4}dev login:\n {2}the last attempt: ssh to .*: nothing listens there$/,
      ) as string,
      hint: 'Has the image an ssh server, and does that start by itself?',
    });
  } finally {
    clock.mockRestore();
  }
  expect(home.remains).toEqual([]);
});

test('who kills a machine that somebody waits for ends the waiting', async () => {
  await using home = new TestHome();
  const hvkit = home.open();
  const creating = hvkit.create(home.request('dev', { guest: 'silent' }), {
    timeoutMs: 100_000,
    onProgress: ({ message }) => {
      if (message.startsWith('waiting for ssh')) void hvkit.machine('dev').then((machine) => machine.kill());
    },
  });
  await expect(creating).rejects.toMatchObject({ code: 'ERR_MACHINE_DIED' });
  expect(home.remains).toEqual([]);
});

test('a console that begins anew with the start is read from there', async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  await machine.stop();
  const guest = join(home.path, 'host', ...readdirSync(join(home.path, 'host')), home.file('dev').uuid);
  appendFileSync(join(guest, 'console.log'), 'what it printed before\n'.repeat(100));
  const run = readFileSync(join(guest, 'run'), 'utf8');
  writeFileSync(join(guest, 'run'), run.replace('kind=$1', ': >console.log; kind=panic'));
  await expect(machine.start({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'ERR_GUEST_FAILED' });
});

test('a driver that is told of the address is asked for it then', async () => {
  await using home = new TestHome();
  const create = fileDriver.create.bind(fileDriver);
  let isTold = false;
  let watches = 0;
  const created = jest.spyOn(fileDriver, 'create').mockImplementation((context) => {
    const driver = create(context);
    const address = driver.address.bind(driver);
    return Object.assign(driver, {
      address: (machine: DriverMachine) => (isTold ? address(machine) : Promise.resolve(undefined)),
      watchAddress: (): AddressWatch => {
        watches += 1;
        const changed = (waitMs: number, signal: AbortSignal): Promise<unknown> => {
          const wasTold = isTold;
          isTold = true;
          return wasTold ? delay(waitMs, undefined, { signal }) : Promise.resolve();
        };
        return { changed, [Symbol.dispose]: () => (watches -= 1) };
      },
    });
  });
  try {
    const machine = await home.open({ HVKIT_TIMEOUT: '20' }).create(home.request('dev'));
    expect(await machine.state()).toBe('Running');
    // Whoever waits no more watches no more.
    expect(watches).toBe(0);
  } finally {
    created.mockRestore();
  }
});

/** Of a hypervisor that hangs in these calls. */
function hangingIn(...calls: (keyof Driver)[]): jest.SpyInstance {
  const create = fileDriver.create.bind(fileDriver);
  const hang = (): Promise<never> => new Promise(() => undefined);
  return jest
    .spyOn(fileDriver, 'create')
    .mockImplementation((context) =>
      Object.assign(create(context), Object.fromEntries(calls.map((call) => [call, hang]))),
    );
}

test.each<keyof Driver>(['watch', 'states'])(
  'a hypervisor that hangs before the machine is started (%s) holds nobody beyond the deadline',
  async (call) => {
    await using home = new TestHome();
    const machine = await home.open().create(home.request('dev'));
    await machine.stop();
    const hanging = hangingIn(call);
    try {
      const again = await home.open({ HVKIT_TIMEOUT: '1' }).machine('dev');
      await expect(again.start()).rejects.toMatchObject({
        code: 'ERR_NOT_READY',
        message: expect.stringContaining('did not come up within 1 s: the hypervisor did not start it\n') as string,
      });
    } finally {
      hanging.mockRestore();
    }
  },
);

test('a driver that waits for ssh itself tells at the deadline what was in the way', async () => {
  await using home = new TestHome();
  const create = fileDriver.create.bind(fileDriver);
  const start = (_: DriverMachine, signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      const refused = new HvError({ code: 'ERR_SSH_REFUSED', message: 'nothing listens there' });
      signal.addEventListener('abort', () => {
        reject(refused);
      });
    });
  const created = jest
    .spyOn(fileDriver, 'create')
    .mockImplementation((context) => Object.assign(create(context), { start }));
  try {
    const creating = home.open({ HVKIT_TIMEOUT: '1' }).create(home.request('dev'));
    await expect(creating).rejects.toMatchObject({
      code: 'ERR_NOT_READY',
      message: expect.stringMatching(
        /within 1 s: its ssh server did not let anybody in\n[^]*the last attempt: nothing listens there/,
      ) as string,
    });
  } finally {
    created.mockRestore();
  }
});

test.each<{ call: keyof Driver; work: (home: TestHome, signal: AbortSignal) => Promise<unknown> }>([
  { call: 'check', work: (home, signal) => home.open().create(home.request('new'), { signal }) },
  { call: 'plan', work: (home, signal) => home.open().create(home.request('new'), { signal }) },
  { call: 'watch', work: async (home, signal) => (await home.open().machine('dev')).start({ signal }) },
  { call: 'states', work: async (home, signal) => (await home.open().machine('dev')).state({ signal }) },
  { call: 'states', work: async (home, signal) => (await home.open().machine('dev')).exec('true', [], { signal }) },
  { call: 'address', work: async (home, signal) => (await home.open().machine('dev')).exec('true', [], { signal }) },
])('who waits for a hypervisor that hangs in $call can end that', async ({ call, work }) => {
  await using home = new TestHome();
  await home.open().create(home.request('dev'));
  const hanging = hangingIn(call);
  try {
    const over = new AbortController();
    const working = work(home, over.signal);
    setImmediate(() => {
      over.abort();
    });
    expect(isAbort(await working.catch((error: unknown) => error))).toBe(true);
    expect(home.remains).not.toContain('new');
  } finally {
    hanging.mockRestore();
  }
});

test('a hypervisor that hangs holds nobody beyond the deadline', async () => {
  await using home = new TestHome();
  const created = hangingIn('address', 'evidence');
  try {
    const creating = home.open({ HVKIT_TIMEOUT: '1' }).create(home.request('dev'));
    await expect(creating).rejects.toMatchObject({
      code: 'ERR_NOT_READY',
      message: expect.stringMatching(
        /it got no address\n {2}and it cannot be looked at: the hypervisor does not answer\n {2}the console said last:\n {4}booting/,
      ) as string,
    });
  } finally {
    created.mockRestore();
  }
  expect(home.remains).toEqual([]);
});
