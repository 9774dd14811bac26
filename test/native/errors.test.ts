import { HvError } from '../../src/errors';
import {
  connect,
  ErrorLevel,
  ErrorNumber,
  isUnsupported,
  LibvirtError,
  type Connection,
} from '../../src/native/libvirt';
import { FakeDaemon } from './fake-daemon';

let connection: Connection;
beforeAll(async () => {
  connection = await connect('test:///default');
});
afterAll(() => connection.close());

async function failureOf(promise: Promise<unknown>): Promise<LibvirtError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!LibvirtError.is(error)) throw new Error(`not a LibvirtError: ${String(error)}`);
  return error;
}

test('an error has all that libvirt says of it', async () => {
  const error = await failureOf(connection.lookupDomainByName('nobody'));
  expect(error).toBeInstanceOf(LibvirtError);
  expect(error).toBeInstanceOf(HvError);
  expect(error).toBeInstanceOf(Error);
  expect(HvError.is(error)).toBe(true);
  expect(error).toMatchObject({
    name: 'LibvirtError',
    code: 'VIR_ERR_NO_DOMAIN',
    number: ErrorNumber.NO_DOMAIN,
    domain: 'VIR_FROM_TEST',
    level: ErrorLevel.ERROR,
    call: 'virDomainLookupByName',
  });
  expect(error.message).toMatch(/^Domain not found/);
  expect(error.strings).toHaveLength(3);
  expect(error.strings[0]).toMatch(/^Domain not found/);
  expect(error.integers).toHaveLength(2);
});

test('its stack shows who called, also across awaits', async () => {
  async function whoCalled(): Promise<void> {
    await connection.lookupDomainByName('nobody');
  }
  const error = await failureOf(whoCalled());
  expect(error.stack).toMatch(/^LibvirtError: Domain not found.* \(VIR_ERR_NO_DOMAIN\)\n/);
  expect(error.stack).toContain('whoCalled');
  expect(error.stack).toContain('errors.test.ts');
});

test('so does that of a field that is read', async () => {
  const domain = await connection.lookupDomainByName('test');
  domain.free();
  function whoRead(): string {
    return domain.name;
  }
  let error: unknown;
  try {
    whoRead();
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ name: 'HvError', code: 'ERR_HANDLE_FREED' });
  expect((error as Error).stack).toContain('whoRead');
});

test('errors of calls that run at once do not mix', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      i % 2 ? failureOf(connection.lookupDomainByName('nobody')) : failureOf(connection.lookupNetworkByName('nowhere')),
    ),
  );
  const codes = outcomes.map(({ code }) => code);
  expect(codes).toEqual(Array.from({ length: 200 }, (_, i) => (i % 2 ? 'VIR_ERR_NO_DOMAIN' : 'VIR_ERR_NO_NETWORK')));
});

test('what the driver cannot do is told apart', async () => {
  const error = await failureOf(connection.setKeepAlive(5, 5));
  expect(isUnsupported(error)).toBe(true);
  expect(isUnsupported(await failureOf(connection.lookupDomainByName('nobody')))).toBe(false);
});

test('a daemon that is not there is told with what to do', async () => {
  const error = await failureOf(connect('qemu+unix:///system?socket=/nonexistent/hvkit'));
  expect(error.message).toContain('/nonexistent/hvkit');
  expect(error.hint).toContain('libvirtd');
});

test('what is too long for a daemon is told so, and the connection goes on', async () => {
  const daemon = await FakeDaemon.start();
  const remote = await connect(daemon.uri);
  await expect(remote.defineDomain(`<domain>${' '.repeat(5 << 20)}</domain>`)).rejects.toMatchObject({
    code: 'VIR_ERR_RPC',
    hint: expect.stringContaining('4 MiB') as string,
  });
  await expect(remote.isAlive()).resolves.toBe(true);
  await remote.close();
  await daemon.stop();
});

test('a URI that no driver knows, or that is none, is refused', async () => {
  await expect(connect('nosuchthing:///')).rejects.toMatchObject({
    name: 'LibvirtError',
    hint: expect.stringContaining('no driver "nosuchthing"') as string,
  });
  await expect(connect('quemu+unix:///system')).rejects.toMatchObject({
    hint: expect.stringContaining('no driver "quemu"') as string,
  });
  await expect(connect('test:////nonexistent/node.xml')).rejects.toMatchObject({ name: 'LibvirtError' });
  await expect(connect('://')).rejects.toMatchObject({ name: 'LibvirtError' });
  await expect(connect(5 as unknown as string)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});
