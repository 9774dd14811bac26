import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { connect, type Connection } from '../../src/native/libvirt';
import { runChild } from './child-process';
import { FakeDaemon, openConsole, Procedure, text } from './fake-daemon';

let daemon: FakeDaemon;
let connection: Connection;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
  connection = await connect(daemon.uri);
});

afterEach(async () => {
  daemon.drop();
  await connection.close();
  await daemon.stop();
});

test('four calls of one connection are under way at once, and come back in any order', async () => {
  const settled: number[] = [];
  const hostnames = Array.from({ length: 4 }, async (_, index) => {
    const hostname = await connection.hostname();
    settled.push(index);
    return hostname;
  });
  const calls = await daemon.calls(4);
  [...calls].reverse().forEach((call, index) => {
    call.answer(text(`host${index}`));
  });
  const answers = await Promise.all(hostnames);
  expect(answers.sort()).toEqual(Array.from({ length: 4 }, (_, index) => `host${index}`));
  expect(settled).toHaveLength(4);
});

test('more calls than that wait for their turn, and each gets its answer', async () => {
  const hostnames = Array.from({ length: 100 }, () => connection.hostname());
  await daemon.calls(4);
  expect(daemon.pending).toHaveLength(4);
  daemon.answerAll(text('host'));
  await expect(Promise.all(hostnames)).resolves.toEqual(Array.from({ length: 100 }, () => 'host'));
});

test('a connection that hangs holds up no other', async () => {
  const hostnames = Array.from({ length: 20 }, () => connection.hostname());
  await daemon.calls(4);
  const other = await connect('test:///default');
  await expect(other.listAllDomains()).resolves.toHaveLength(1);
  await other.close();
  daemon.drop();
  const outcomes = await Promise.allSettled(hostnames);
  expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
});

test('a stream ends between the calls of its connection: a daemon may take one beside it for a part of the stream', async () => {
  const console = await openConsole(daemon, connection);
  const before = connection.hostname();
  const first = await daemon.only(Procedure.GET_HOSTNAME);
  console.destroy();
  await setTimeout(100);
  expect(daemon.pending).toEqual([first]);
  first.answer(text('before'));
  await expect(before).resolves.toBe('before');
  const abort = await daemon.only(Procedure.OPEN_CONSOLE);
  const after = connection.hostname();
  await setTimeout(100);
  expect(daemon.pending).toEqual([abort]);
  abort.answer();
  (await daemon.only(Procedure.GET_HOSTNAME)).answer(text('after'));
  await expect(after).resolves.toBe('after');
});

test('it does not wait long for one', async () => {
  const console = await openConsole(daemon, connection);
  const slow = connection.hostname();
  const call = await daemon.only(Procedure.GET_HOSTNAME);
  console.destroy();
  const [, abort] = await daemon.calls(2);
  expect(abort?.procedure).toBe(Procedure.OPEN_CONSOLE);
  abort?.answer();
  await once(console, 'close');
  call.answer(text('slow'));
  await expect(slow).resolves.toBe('slow');
});

test('an open that hangs holds up no other', async () => {
  const mute = await FakeDaemon.start({ mute: true });
  const opening = connect(mute.uri);
  await mute.client();
  const other = await connect('test:///default');
  await expect(other.hostname()).resolves.toEqual(expect.any(String));
  await other.close();
  await mute.stop();
  await expect(opening).rejects.toMatchObject({ name: 'LibvirtError' });
});

test('a daemon that dies in the middle of calls fails each of them, and those made afterwards', async () => {
  const hostnames = Array.from({ length: 4 }, () => connection.hostname());
  await daemon.calls(4);
  daemon.drop();
  const failed = { status: 'rejected', reason: { name: 'LibvirtError', call: 'virConnectGetHostname' } };
  expect(await Promise.allSettled(hostnames)).toMatchObject([failed, failed, failed, failed]);
  await expect(connection.hostname()).rejects.toMatchObject({ name: 'LibvirtError' });
  await expect(connection.isAlive()).resolves.toBe(false);
});

test('the loss of the daemon ends streams with an error and is told to every listener', async () => {
  const reasons: number[] = [];
  await connection.onClose((reason) => reasons.push(reason));
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  const lost = new Promise<unknown>((onError) => {
    void connection
      .on('domain.reboot', () => undefined, { onError })
      .then(() => {
        daemon.drop();
      });
  });
  await expect(stream.next()).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST' });
  await expect(stream.next()).resolves.toEqual({ done: true, value: undefined });
  await expect(lost).resolves.toMatchObject({ code: 'ERR_CONNECTION_LOST' });
  expect(reasons).toHaveLength(1);
});

test('listeners that throw when they are told of the loss keep it from no other', async () => {
  const child = runChild('throwing-on-error.js', [daemon.uri]);
  await Promise.race([daemon.calls(1), child]);
  daemon.drop();
  await expect(child).resolves.toEqual({ code: 0, signal: null, stdout: 'close, first, second\n', stderr: '' });
});

test('a listener that is lost before it is registered is told once, by the call', async () => {
  daemon.held.add(Procedure.EVENT_REGISTER_ANY);
  const told: unknown[] = [];
  const onError = (error: unknown) => told.push(error);
  const lost = connection.on('domain.reboot', () => undefined, { onError });
  await daemon.call(Procedure.EVENT_REGISTER_ANY);
  daemon.drop();
  await expect(lost).rejects.toMatchObject({ name: 'LibvirtError' });
  expect(told).toEqual([]);
});

test('a registration that the daemon is slow to take does not hold up the calls', async () => {
  daemon.held.add(Procedure.EVENT_REGISTER_ANY);
  const stream = connection.events('domain.lifecycle');
  await daemon.call(Procedure.EVENT_REGISTER_ANY);
  const hostname = connection.hostname();
  const [registration, call] = await daemon.calls(2);
  call!.answer(text('here'));
  await expect(hostname).resolves.toBe('here');
  registration!.answer();
  await stream.ready;
});

describe('calls in a row, whose threads wait awake,', () => {
  const CALLS = 1000;

  async function callInARow(): Promise<void> {
    for (let i = 0; i < CALLS; ++i) {
      const hostname = connection.hostname();
      const [call] = await daemon.calls(1);
      call!.answer(text('here'));
      await hostname;
    }
  }

  test("leave room for the program's timers", async () => {
    let ticks = 0;
    const timer = setInterval(() => ++ticks, 1);
    // A fast machine may need more than once. There is an end to it: without timers there is no time limit either.
    for (let round = 0; round < 50 && ticks < 10; ++round) await callInARow();
    clearInterval(timer);
    expect(ticks).toBeGreaterThanOrEqual(10);
  });

  test('let the event loop sleep when an answer does not come', async () => {
    await callInARow();
    const hostname = connection.hostname();
    const [call] = await daemon.calls(1);
    const before = performance.eventLoopUtilization();
    // Each turn waits in the loop, which is idle then or never.
    while (performance.eventLoopUtilization(before).idle < 20) await setTimeout(5);
    call!.answer(text('late'));
    await expect(hostname).resolves.toBe('late');
  });
});

describe("libuv's pool", () => {
  test('blocked by the program, holds up no call', async () => {
    const child = await runChild('blocked-pool.js', [], { env: { UV_THREADPOOL_SIZE: '1' } });
    expect(child).toMatchObject({ code: 0, stdout: 'libvirt answered\npool came free\n' });
  });

  test('is not used by calls that hang', async () => {
    const mute = await FakeDaemon.start({ mute: true });
    const child = await runChild('hung-opens.js', [mute.uri], { env: { UV_THREADPOOL_SIZE: '1' } });
    await mute.stop();
    expect(child).toMatchObject({ code: 5, stdout: 'pool answered\n' });
  });
});
