import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { connect, type Connection, type Domain, type StoragePool } from '../../src/native/libvirt';
import { runChild } from './child-process';

/** What plain JavaScript may pass where TypeScript would have said no. */
const wrong = (value: unknown): never => value as never;
const invalid = (message: string) => ({
  name: 'HvError',
  code: 'ERR_INVALID_ARGUMENT',
  message: expect.stringContaining(message) as string,
});

let connection: Connection;
let domain: Domain;
let pool: StoragePool;
beforeAll(async () => {
  connection = await connect('test:///default');
  domain = await connection.lookupDomainByName('test');
  pool = await connection.lookupStoragePoolByName('default-pool');
});
afterAll(() => connection.close());

describe('options', () => {
  test.each([null, 5, 'readOnly'])('that are %p are refused', async (options) => {
    await expect(connect('test:///default', wrong(options))).rejects.toMatchObject(invalid('options'));
    await expect(connection.on('domain.reboot', () => undefined, wrong(options))).rejects.toMatchObject(
      invalid('options'),
    );
    expect(() => connection.events('domain.reboot', wrong(options))).toThrow(
      expect.objectContaining(invalid('options')) as Error,
    );
    await expect(domain.save('/nowhere', wrong(options))).rejects.toMatchObject(invalid('options'));
    await expect(domain.sendKey([1], wrong(options))).rejects.toMatchObject(invalid('options'));
    await expect(connection.domainCapabilities(wrong(options))).rejects.toMatchObject(invalid('options'));
  });

  test('that nobody knows are refused, and those that are known named', async () => {
    await expect(connect('test:///default', wrong({ readonly: true }))).rejects.toMatchObject({
      ...invalid('"readonly"'),
      hint: expect.stringContaining('readOnly') as string,
    });
    await expect(connect('test:///default', wrong({ keepAlive: { every: 5 } }))).rejects.toMatchObject(
      invalid('"every"'),
    );
    expect(() => connection.events('domain.reboot', wrong({ onError: () => undefined }))).toThrow(
      expect.objectContaining(invalid('"onError"')) as Error,
    );
    await expect(domain.blockCommit('vda', wrong({ topp: 'x' }))).rejects.toMatchObject(invalid('"topp"'));
  });

  test('of the wrong type are refused before anything is opened', async () => {
    await expect(connect('test:///default', wrong({ auth: 'secret' }))).rejects.toMatchObject(invalid('`auth`'));
    await expect(connect('test:///default', wrong({ readOnly: 'no' }))).rejects.toMatchObject(invalid('`readOnly`'));
    await expect(connect('test:///default', { keepAlive: { interval: 5, count: -1 } })).rejects.toMatchObject(
      invalid('`keepAlive`'),
    );
    await expect(connect('test:///default', wrong({ keepAlive: { interval: 5 } }))).rejects.toMatchObject(
      invalid('`keepAlive`'),
    );
    const onError = wrong('print it');
    await expect(connection.on('domain.reboot', () => undefined, { onError })).rejects.toMatchObject(
      invalid('`onError`'),
    );
  });
});

test('no method of any object answers a wrong argument with an error that is not of ours', async () => {
  // Some of the arguments are taken for names of files.
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-misuse-'));
  const child = await runChild('methods.js', [], { cwd: folder });
  rmSync(folder, { recursive: true });
  expect(child).toMatchObject({ code: 0, signal: null, stdout: '' });
  expect(Number(child.stderr)).toBeGreaterThan(10_000);
});

test('what is no CPU is not taken for the first one', async () => {
  await expect(domain.pinVcpu(0, [wrong(undefined)])).rejects.toMatchObject(invalid('undefined is not the number'));
  await expect(domain.pinEmulator(new Array<number>(1))).rejects.toMatchObject(invalid('undefined is not the number'));
});

test('metadata whose XML was forgotten stays', async () => {
  const uri = 'https://hvkit.example/misuse';
  await domain.setMetadata(uri, 'm', '<kept/>');
  await expect(domain.setMetadata(uri, 'm', wrong(undefined))).rejects.toMatchObject(invalid('the XML element'));
  expect(await domain.metadata(uri)).toContain('kept');
});

describe('what is no boolean', () => {
  test.each([undefined, null, 0, 'false', {}])('is not taken for one: %p', async (value) => {
    await expect(domain.setAutostart(wrong(value))).rejects.toMatchObject(invalid('autostart'));
    await expect(pool.setAutostart(wrong(value))).rejects.toMatchObject(invalid('autostart'));
    const network = await connection.lookupNetworkByName('default');
    await expect(network.setAutostart(wrong(value))).rejects.toMatchObject(invalid('autostart'));
    await expect(domain.setVcpu('0', wrong(value))).rejects.toMatchObject(invalid('enabled'));
    await expect(domain.setGuestVcpus('0', wrong(value))).rejects.toMatchObject(invalid('online'));
  });
});

describe('objects', () => {
  test.each(['x', null, 5, ['x'], [null], [5]])('domainStats(%p) is refused', async (domains) => {
    await expect(connection.domainStats(wrong(domains))).rejects.toMatchObject(invalid('the domains'));
  });

  test('of another kind than the event is about are refused', () => {
    expect(() => connection.events('network.lifecycle', { of: wrong(domain) })).toThrow(
      expect.objectContaining(invalid('Network')) as Error,
    );
  });

  test.each(['x', null, {}])('%p is no destination, and no source', async (object) => {
    await expect(domain.migrate(wrong(object), {}, 0)).rejects.toMatchObject(invalid('the destination'));
    await expect(pool.createVolumeFrom('<volume/>', wrong(object))).rejects.toMatchObject(invalid('the source'));
  });
});

describe('shown in a log', () => {
  test('objects tell what they are', async () => {
    expect(inspect(domain)).toBe(`Domain { name: 'test', uuid: '${domain.uuid}' }`);
    expect(inspect({ in: [pool] })).toContain(`StoragePool { name: 'default-pool', uuid: '${pool.uuid}' }`);
    const device = await connection.lookupNodeDeviceByName('computer');
    expect(inspect(device)).toBe("NodeDevice { name: 'computer' }");
    expect(inspect(connection)).toBe('Connection { closed: false }');
  });

  test('those that are gone say so', async () => {
    const other = await connect('test:///default');
    const [freed, forgotten] = await Promise.all([
      other.lookupDomainByName('test'),
      other.lookupNetworkByName('default'),
    ]);
    freed.free();
    expect(inspect(freed)).toContain('was freed');
    await other.close();
    expect(inspect(forgotten)).toBe("Network { unusable: 'the connection is closed' }");
    expect(inspect(other)).toBe('Connection { closed: true }');
  });
});
