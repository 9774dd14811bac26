import { connect, DomainState, type Connection, type Domain } from '../../src/native/libvirt';
import { runChild } from './child-process';
import { domain, FakeDaemon, int, Procedure, text } from './fake-daemon';

const CLOSED = { name: 'HvError', code: 'ERR_CONNECTION_CLOSED', hint: expect.stringContaining('connect()') as string };
const FREED = { name: 'HvError', code: 'ERR_HANDLE_FREED', hint: expect.stringContaining('again') as string };
const error = (properties: object): Error => expect.objectContaining(properties) as Error;
const XML = `<domain type='test'><name>marker</name><memory>8192</memory><os><type>hvm</type></os></domain>`;

describe('with libvirt in this process', () => {
  let connection: Connection;
  let one: Domain;

  beforeEach(async () => {
    connection = await connect('test:///default');
    one = await connection.lookupDomainByName('test');
  });

  afterEach(() => connection.close());

  test('a closed connection, and what belonged to it, refuse every call', async () => {
    await connection.close();
    await expect(connection.listAllDomains()).rejects.toMatchObject(CLOSED);
    await expect(connection.hostname()).rejects.toMatchObject(CLOSED);
    await expect(one.state()).rejects.toMatchObject(CLOSED);
    expect(() => one.name).toThrow(error(CLOSED));
    expect(() => one.uuid).toThrow(error(CLOSED));
    expect(() => one.id).toThrow(error(CLOSED));
    await expect(connection.on('domain.lifecycle', () => undefined)).rejects.toMatchObject(CLOSED);
    const stream = connection.events('domain.lifecycle');
    await expect(stream.next()).rejects.toMatchObject(CLOSED);
    await expect(stream.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test('close() may be called again and again, and in between', async () => {
    const first = connection.close();
    expect(connection.close()).toBe(first);
    await first;
    await connection.close();
    await connection[Symbol.asyncDispose]();
  });

  test('a freed object refuses every call, and leaves its like alone', async () => {
    const other = await connection.lookupDomainByName('test');
    one.free();
    one.free();
    await expect(one.state()).rejects.toMatchObject(FREED);
    expect(() => one.name).toThrow(error(FREED));
    await expect(other.state()).resolves.toMatchObject({ state: DomainState.RUNNING });
    await connection.close();
    await expect(one.state()).rejects.toMatchObject(FREED);
    one.free();
  });

  test('an object that is used by a scope is freed at its end', async () => {
    one[Symbol.dispose]();
    await expect(one.state()).rejects.toMatchObject(FREED);
  });

  test('a connection that is let go is closed', async () => {
    const other = await connect('test:///default');
    other.free();
    await expect(other.hostname()).rejects.toMatchObject(CLOSED);
    await other.close();
  });

  test('a thousand calls that wait when close() is called all come back before it does', async () => {
    let answered = 0;
    const calls = Array.from({ length: 1000 }, async () => {
      const info = await one.info();
      answered += 1;
      return info.vcpus;
    });
    await connection.close();
    expect(answered).toBe(1000);
    await expect(Promise.all(calls)).resolves.toEqual(Array.from({ length: 1000 }, () => 2));
  });

  test('a subscription made while the connection closes keeps nothing open', async () => {
    const earlier = connection.events('domain.lifecycle');
    await earlier.ready;
    const closing = connection.close();
    const late = connection.events('domain.lifecycle');
    await closing;
    await expect(late.next()).rejects.toMatchObject(CLOSED);
    await expect(earlier.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test('closing lets go of all that the connection gave', async () => {
    await connection.defineDomain(XML);
    await Promise.all(Array.from({ length: 100 }, () => connection.listAllDomains()));
    await connection.events('domain.lifecycle').ready;
    await connection.allDomainStats();
    await connection.close();
    // test:///default is made anew when nothing holds it any more.
    connection = await connect('test:///default');
    const names = (await connection.listAllDomains()).map(({ name }) => name);
    expect(names).toEqual(['test']);
  });
});

describe('in the middle of a call', () => {
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

  async function lookUp(): Promise<Domain> {
    const looking = connection.lookupDomainByName('vm');
    (await daemon.calls(1))[0]!.answer(domain('vm'));
    return looking;
  }

  test('an object that is freed still gives its answer', async () => {
    const vm = await lookUp();
    const state = vm.state();
    const [call] = await daemon.calls(1);
    vm.free();
    call!.answer(Buffer.concat([int(DomainState.RUNNING), int(1)]));
    await expect(state).resolves.toEqual({ state: DomainState.RUNNING, reason: 1 });
    await expect(vm.state()).rejects.toMatchObject(FREED);
  });

  test('a connection that is closed waits for the answer, and takes no more calls', async () => {
    const vm = await lookUp();
    const state = vm.state();
    const [call] = await daemon.calls(1);
    let closed = false;
    const closing = connection.close().then(() => {
      closed = true;
    });
    await expect(vm.state()).rejects.toMatchObject(CLOSED);
    await expect(connection.hostname()).rejects.toMatchObject(CLOSED);
    expect(closed).toBe(false);
    expect(daemon.seen).not.toContain(Procedure.CLOSE);
    call!.answer(Buffer.concat([int(DomainState.PAUSED), int(1)]));
    await expect(state).resolves.toEqual({ state: DomainState.PAUSED, reason: 1 });
    await closing;
    expect(daemon.seen).toContain(Procedure.CLOSE);
  });

  test('an object that arrives after close() is of a closed connection, and does not hold it open', async () => {
    const looking = connection.lookupDomainByName('vm');
    const [call] = await daemon.calls(1);
    const closing = connection.close();
    call!.answer(domain('vm'));
    const vm = await looking;
    await closing;
    expect(() => vm.name).toThrow(error(CLOSED));
    await expect(vm.state()).rejects.toMatchObject(CLOSED);
  });

  test('a registration under way when the connection closes is taken back', async () => {
    daemon.held.add(Procedure.EVENT_REGISTER_ANY);
    const stream = connection.events('domain.lifecycle');
    const [registration] = await daemon.calls(1);
    const closing = connection.close();
    registration!.answer();
    await closing;
    expect(daemon.seen.filter((procedure) => procedure === Procedure.EVENT_DEREGISTER_ANY)).toHaveLength(1);
    await expect(stream.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test('a daemon that dies while the connection closes does not keep close() waiting', async () => {
    const hostname = connection.hostname();
    await daemon.calls(1);
    const closing = connection.close();
    daemon.drop();
    await expect(hostname).rejects.toMatchObject({ name: 'LibvirtError' });
    await closing;
  });

  test('answers of a connection that was freed arrive, and it closes after them', async () => {
    const hostname = connection.hostname();
    const [call] = await daemon.calls(1);
    connection.free();
    call!.answer(text('here'));
    await expect(hostname).resolves.toBe('here');
    await daemon.call(Procedure.CLOSE);
    connection = await connect(daemon.uri);
  });
});

test('connections, objects and streams that nobody holds any more are freed with the garbage', async () => {
  const child = await runChild('garbage.js', [], { nodeOptions: ['--expose-gc'] });
  expect(child).toMatchObject({ code: 0, stdout: 'all closed\n', stderr: '' });
});

test('a connection to a daemon that had listeners once is freed with the garbage', async () => {
  const daemon = await FakeDaemon.start();
  const child = await runChild('garbage-remote.js', [daemon.uri], { nodeOptions: ['--expose-gc'] });
  expect(child).toMatchObject({ code: 0, stdout: 'closed\n', stderr: '' });
  expect(daemon.seen).toContain(Procedure.CLOSE);
  await daemon.stop();
});

describe('an open stream', () => {
  test('ends with its connection, without a word, and leaves no descriptor behind', async () => {
    const { readdirSync } = await import('node:fs');
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const openAndClose = async () => {
      const connection = await connect('test:///default');
      const domain = await connection.lookupDomainByName('test');
      const { image } = await domain.screenshot();
      const errors: unknown[] = [];
      image.on('error', (error) => errors.push(error));
      const closed = new Promise((resolve) => image.once('close', resolve));
      await connection.close();
      await closed;
      expect(errors).toEqual([]);
    };
    await openAndClose();
    const before = descriptors();
    for (let i = 0; i < 10; ++i) await openAndClose();
    expect(descriptors()).toBeLessThanOrEqual(before + 2);
  });
});

describe('what TypeScript would refuse in a subscription', () => {
  test.each([
    ['an event that there is not', (c: Connection) => c.on('domain.bogus' as never, () => undefined)],
    ['no listener', (c: Connection) => c.on('domain.lifecycle', undefined as never)],
    ['a name instead of an object', (c: Connection) => c.on('domain.lifecycle', () => undefined, { of: 'x' as never })],
    ['a signal that is none', (c: Connection) => c.on('domain.lifecycle', () => undefined, { signal: {} as never })],
    ['a close listener that is none', (c: Connection) => c.onClose('x' as never)],
  ])('%s is an error, and the connection closes as ever', async (_what, subscribe) => {
    const connection = await connect('test:///default');
    await expect(subscribe(connection)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await connection.close();
  });
});
