import {
  connect,
  DomainEventID,
  DomainEventType,
  type Connection,
  type Domain,
  type EventName,
} from '../../src/native/libvirt';
import { native } from '../../src/native/libvirt/binding';
import { runChild } from './child-process';
import { domain as domainBody, FakeDaemon, int, long, optional, Procedure, text } from './fake-daemon';
import { connectToPrivateNode } from './private-node';

const xml = (name: string): string =>
  `<domain type='test'><name>${name}</name><memory>8192</memory><os><type>hvm</type></os></domain>`;

let connection: Connection;
let one: Domain;
let two: Domain;

beforeEach(async () => {
  connection = await connectToPrivateNode(xml('one') + xml('two'));
  one = await connection.lookupDomainByName('one');
  two = await connection.lookupDomainByName('two');
});

afterEach(() => connection.close());

async function pauseAndResume(domain: Domain, times: number): Promise<void> {
  for (let i = 0; i < times; ++i) {
    await domain.suspend();
    await domain.resume();
  }
}

const pairs = (count: number): DomainEventType[] =>
  Array.from({ length: count }, () => [DomainEventType.SUSPENDED, DomainEventType.RESUMED]).flat();

test('events come in the order in which they happened, and none is lost', async () => {
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  const acting = pauseAndResume(one, 300);
  const heard: DomainEventType[] = [];
  for await (const { event, domain } of stream) {
    expect(domain.name).toBe('one');
    if (heard.push(event) === 600) break;
  }
  await acting;
  expect(heard).toEqual(pairs(300));
  expect(stream.dropped).toBe(0);
});

test('events that came before they were asked for are there when they are', async () => {
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  await pauseAndResume(one, 100);
  const heard = await Promise.all(Array.from({ length: 200 }, () => stream.next()));
  expect(heard.map(({ value }) => (value as { event: DomainEventType }).event)).toEqual(pairs(100));
  await stream.stop();
});

test('an event that comes between two reads is for the first of them', async () => {
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  const witness = new (native().EventSource)(1, () => undefined);
  await witness.start(connection.handle, 'domain', DomainEventID.LIFECYCLE, null);

  const first = stream.next();
  const suspended = one.suspend();
  // Another thread does it, while this one takes no turn in which the first read could be answered.
  while (witness.take(1).events.length === 0);
  const second = stream.next();

  await expect(first).resolves.toMatchObject({ value: { event: DomainEventType.SUSPENDED } });
  await suspended;
  await Promise.all([stream.stop(), witness.stop()]);
  await expect(second).resolves.toMatchObject({ done: true });
});

test('two streams and a listener each get every event', async () => {
  const streams = [connection.events('domain.lifecycle'), connection.events('domain.lifecycle')];
  const listened: DomainEventType[] = [];
  let allHeard = (): void => undefined;
  const heardAll = new Promise<void>((resolve) => {
    allHeard = resolve;
  });
  const subscription = await connection.on('domain.lifecycle', ({ event }) => {
    if (listened.push(event) === 40) allHeard();
  });
  await Promise.all(streams.map(({ ready }) => ready));
  await pauseAndResume(one, 20);
  for (const stream of streams) {
    const heard: DomainEventType[] = [];
    for await (const { event } of stream) if (heard.push(event) === 40) break;
    expect(heard).toEqual(pairs(20));
  }
  await heardAll;
  expect(listened).toEqual(pairs(20));
  await subscription.stop();
});

test('`of` a domain, only its events come', async () => {
  const stream = connection.events('domain.lifecycle', { of: two });
  await stream.ready;
  await one.suspend();
  await two.suspend();
  const { value } = (await stream.next()) as { value: { domain: Domain } };
  expect(value.domain.name).toBe('two');
  await stream.stop();
});

test('`of` a domain that was freed, or that is of another connection, is refused', async () => {
  const other = await connect('test:///default');
  const foreign = await other.lookupDomainByName('test');
  await expect(connection.on('domain.lifecycle', () => undefined, { of: foreign })).rejects.toMatchObject({
    name: 'LibvirtError',
  });
  await other.close();
  two.free();
  await expect(connection.on('domain.lifecycle', () => undefined, { of: two })).rejects.toMatchObject({
    code: 'ERR_HANDLE_FREED',
  });
  const nobody = 5 as unknown as Domain;
  expect(() => connection.events('domain.lifecycle', { of: { handle: nobody } as unknown as Domain })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error,
  );
});

test.each([0, -1, 1.5, NaN, 2 ** 33])('a capacity of %p is refused', (capacity) => {
  expect(() => connection.events('domain.lifecycle', { capacity })).toThrow(
    expect.objectContaining({ name: 'HvError', code: 'ERR_INVALID_ARGUMENT' }) as Error,
  );
});

test('a stream with too little room keeps the newest events, and counts the others', async () => {
  const stream = connection.events('domain.lifecycle', { capacity: 5 });
  const witness = connection.events('domain.lifecycle');
  await Promise.all([stream.ready, witness.ready]);
  await pauseAndResume(one, 20);
  await two.suspend();
  for await (const { domain } of witness) if (domain.name === 'two') break;
  const heard: string[] = [];
  for await (const { domain, event } of stream) {
    heard.push(`${domain.name} ${DomainEventType[event]}`);
    if (domain.name === 'two') break;
  }
  expect(heard).toEqual(['one SUSPENDED', 'one RESUMED', 'one SUSPENDED', 'one RESUMED', 'two SUSPENDED']);
  expect(stream.dropped).toBe(36);
});

test('a signal that is aborted ends a stream with an error, once', async () => {
  const controller = new AbortController();
  const stream = connection.events('domain.lifecycle', { signal: controller.signal });
  await stream.ready;
  const reading = stream.next();
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(reading).rejects.toMatchObject({ code: 'ABORT_ERR', cause: reason });
  await expect(stream.next()).resolves.toEqual({ done: true, value: undefined });
});

test('a signal that was aborted before ends a stream before its first event', async () => {
  const stream = connection.events('domain.lifecycle', { signal: AbortSignal.abort() });
  await expect(stream.next()).rejects.toMatchObject({ code: 'ABORT_ERR' });
});

test('a listener that libvirt refuses is told so by the call alone', async () => {
  const told: unknown[] = [];
  const onError = (error: unknown) => told.push(error);
  await expect(connection.on('qemu.monitor', () => undefined, { onError })).rejects.toMatchObject({
    code: 'VIR_ERR_NO_SUPPORT',
  });
  expect(told).toEqual([]);
});

test('a signal that is aborted while a listener is registered is told by the call alone, and later by onError', async () => {
  const told: unknown[] = [];
  const onError = (error: unknown) => told.push(error);
  const early = new AbortController();
  const registering = connection.on('domain.lifecycle', () => undefined, { onError, signal: early.signal });
  early.abort();
  await expect(registering).rejects.toMatchObject({ code: 'ABORT_ERR' });
  expect(told).toEqual([]);

  const late = new AbortController();
  await connection.on('domain.lifecycle', () => undefined, { onError, signal: late.signal });
  late.abort();
  expect(told).toMatchObject([{ code: 'ABORT_ERR' }]);
});

test('a stream that was stopped gives nothing more, and may be stopped again', async () => {
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  await one.suspend();
  const reading = [stream.next(), stream.next(), stream.next()];
  await expect(reading[0]).resolves.toMatchObject({ done: false });
  await Promise.all([stream.stop(), stream.stop(), stream.return()]);
  const done = { done: true, value: undefined };
  await expect(Promise.all(reading.slice(1))).resolves.toEqual([done, done]);
  await expect(stream.next()).resolves.toEqual(done);
});

test('subscribing and leaving five hundred times costs nothing that stays', async () => {
  for (let i = 0; i < 500; ++i) {
    const stream = connection.events('domain.lifecycle');
    if (i % 2) await stream.ready;
    await stream.stop();
  }
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  await one.suspend();
  await expect(stream.next()).resolves.toMatchObject({ value: { event: DomainEventType.SUSPENDED } });
});

test('close() ends the loops that wait', async () => {
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  const loop = (async () => {
    let heard = 0;
    for await (const event of stream) heard += Number(Boolean(event));
    return heard;
  })();
  await connection.close();
  await expect(loop).resolves.toBe(0);
});

test('an event that was not read yet does not keep a closed connection open', async () => {
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  await pauseAndResume(one, 5);
  const { value } = (await stream.next()) as { value: { domain: Domain } };
  await connection.close();
  expect(() => value.domain.name).toThrow(expect.objectContaining({ code: 'ERR_CONNECTION_CLOSED' }) as Error);
});

describe('what leaving a loop leaves behind', () => {
  test.each([
    ['leave by break', '3\nleft\n'],
    ['leave by throw', 'thrown at 3\n'],
    ['leave by return', '3\n'],
    ['stop a listener', '3\n'],
    ['read once', '3\n'],
    ['unref a listener', 'unreferenced\n'],
    ['close while listening', 'the loop ended\n'],
    ['abort while listening', 'ABORT_ERR\n'],
    ['throw in a listener', 'one 3, one 4, two 3, two 4\n'],
    ['keep the process', 'still here\n'],
  ])('%s: the process ends when it should', async (way, stdout) => {
    const child = await runChild('listeners.js', [way], { timeout: 20_000 });
    expect(child).toEqual({ code: 0, signal: null, stdout, stderr: '' });
  });

  test('the daemon is told that nobody listens any more', async () => {
    const daemon = await FakeDaemon.start();
    const remote = await connect(daemon.uri);
    const stream = remote.events('domain.lifecycle');
    await stream.ready;
    daemon.sendEvent(
      Procedure.EVENT_LIFECYCLE,
      Buffer.concat([domainBody('vm'), int(DomainEventType.STARTED), int(0)]),
    );
    for await (const { domain, event } of stream) {
      expect([domain.name, event]).toEqual(['vm', DomainEventType.STARTED]);
      break;
    }
    expect(daemon.seen.filter((procedure) => procedure === Procedure.EVENT_DEREGISTER_ANY)).toHaveLength(1);
    await remote.close();
    await daemon.stop();
  });
});

// What no guest here does, told as a daemon would tell it.
test.each<[EventName, number, Buffer[], object]>([
  ['domain.rtcChange', Procedure.EVENT_RTC_CHANGE, [long(-(2n ** 40n))], { utcOffset: -(2n ** 40n) }],
  [
    'domain.graphics',
    Procedure.EVENT_GRAPHICS,
    [
      ...[int(1), int(0), text('127.0.0.1'), text('5900'), int(2), text('/run/vnc'), text('')],
      ...[text('vnc'), int(2), text('dname'), text('CN=a'), text('saslUsername'), text('bob')],
    ],
    {
      phase: 1,
      local: { family: 0, node: '127.0.0.1', service: '5900' },
      remote: { family: 2, node: '/run/vnc', service: '' },
      authScheme: 'vnc',
      identities: [
        { type: 'dname', name: 'CN=a' },
        { type: 'saslUsername', name: 'bob' },
      ],
    },
  ],
  [
    'domain.blockJob',
    Procedure.EVENT_BLOCK_JOB,
    [text('/disk'), int(1), int(3)],
    { disk: '/disk', type: 1, status: 3 },
  ],
  [
    'domain.diskChange',
    Procedure.EVENT_DISK_CHANGE,
    [optional('/old'), optional(), text('ide0'), int(1)],
    { oldPath: '/old', newPath: null, device: 'ide0', reason: 1 },
  ],
  ['domain.trayChange', Procedure.EVENT_TRAY_CHANGE, [text('cd0'), int(1)], { device: 'cd0', reason: 1 }],
  ['domain.wakeup', Procedure.EVENT_PMWAKEUP, [], { reason: 0 }],
  ['domain.suspend', Procedure.EVENT_PMSUSPEND, [], { reason: 0 }],
  ['domain.suspendDisk', Procedure.EVENT_PMSUSPEND_DISK, [], { reason: 0 }],
  ['domain.deviceRemovalFailed', Procedure.EVENT_DEVICE_REMOVAL_FAILED, [text('net1')], { device: 'net1' }],
  ['domain.migrationIteration', Procedure.EVENT_MIGRATION_ITERATION, [int(7)], { iteration: 7 }],
  [
    'domain.memoryDeviceSizeChange',
    Procedure.EVENT_MEMORY_DEVICE_SIZE_CHANGE,
    [text('dimm0'), long(2n ** 40n)],
    { device: 'dimm0', size: 2n ** 40n },
  ],
])('%s tells all that libvirt does', async (name, procedure, details, told) => {
  const daemon = await FakeDaemon.start();
  const remote = await connect(daemon.uri);
  const stream = remote.events(name);
  await stream.ready;
  daemon.sendEvent(procedure, Buffer.concat([...addressee(procedure), domainBody('vm'), ...details]));
  const { domain, ...others } = ((await stream.next()) as { value: { domain: Domain } }).value;
  expect([domain.name, others]).toEqual(['vm', told]);
  await remote.close();
  await daemon.stop();
});

/** Newer events name the registration that they are for: none, of a daemon that sends each to everybody. */
function addressee(procedure: number): Buffer[] {
  return procedure > Procedure.EVENT_PMSUSPEND_DISK ? [int(-1)] : [];
}

test('a blocked program loses the oldest of a flood of events, and counts them', async () => {
  const child = await runChild('flood.js', ['10000', '100']);
  expect(child).toMatchObject({ code: 0, stderr: '' });
  const { delivered, dropped } = JSON.parse(child.stdout) as Record<string, number>;
  expect(delivered! + dropped!).toBe(10_000);
  expect(delivered).toBeGreaterThanOrEqual(99);
  expect(dropped).toBeGreaterThan(0);
});
