import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect, type Connection } from '../../src/native/libvirt';
import { runChild } from './child-process';
import { fuzz, SURVIVED } from './fuzz';

const INVALID = { name: 'HvError', code: 'ERR_INVALID_ARGUMENT' };

let connection: Connection;
beforeAll(async () => {
  connection = await connect('test:///default');
});
afterAll(() => connection.close());

test('every function of the addon refuses what is wrong, at each position, with a plain failure', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-arguments-'));
  const journal = join(folder, 'journal');
  // Some of the names are taken for those of files.
  const child = await runChild('arguments.js', [journal], { cwd: folder });
  const last = readFileSync(journal, 'utf8').trimEnd().split('\n').at(-1);
  rmSync(folder, { recursive: true });
  expect({ code: child.code, signal: child.signal, last }).toMatchObject({ code: 0, signal: null });

  const complaints = child.stdout.split('\n').filter((line) => line !== '');
  // The test driver has no object of these kinds to go on with.
  const missing =
    /the object: a handle of a libvirt (DomainCheckpoint|NetworkPort|NWFilter|NWFilterBinding|Secret) is wanted$/;
  expect(complaints.filter((line) => !missing.test(line))).toEqual([]);

  const { functions, reached, calls } = JSON.parse(child.stderr) as Record<string, number>;
  expect(reached! + complaints.length).toBe(functions);
  expect(reached).toBeGreaterThan(300);
  expect(calls).toBeGreaterThan(20_000);
});

test.each([1, 2, 3])('arguments of the right types, whatever they say, do no harm (seed %i)', async (seed) => {
  expect(await fuzz(seed, 30)).toEqual({ seed, ...SURVIVED });
});

test('a failure says which argument it was, and what is wanted', async () => {
  await expect(connection.lookupDomainByName(5 as unknown as string)).rejects.toMatchObject({
    ...INVALID,
    message: 'argument 1: a string is wanted',
  });
  await expect(connection.lookupDomainById(1.5)).rejects.toMatchObject(INVALID);
  await expect(connection.lookupDomainById(NaN)).rejects.toMatchObject(INVALID);
  await expect(connection.lookupDomainById(2 ** 31)).rejects.toMatchObject(INVALID);
});

test('an argument that was forgotten does not reach libvirt, which would look for it at address 0', async () => {
  const domain = await connection.lookupDomainByName('test');
  const untyped = domain as unknown as { interfaceParameters(): Promise<unknown> };
  await expect(untyped.interfaceParameters()).rejects.toMatchObject(INVALID);
});

test.each([
  ['a NUL byte', 'te\0st'],
  ['half of a surrogate pair', 'te\ud83dst'],
  ['the other half', 'te\udc00st'],
])('a string with %s is refused, not cut or mended', async (_what, name) => {
  await expect(connection.lookupDomainByName(name)).rejects.toMatchObject(INVALID);
});

test('what is beyond ASCII goes through libvirt unharmed', async () => {
  const name = 'ünïcödé-\u{1F600}-\uFFFD';
  const xml = `<domain type='test'><name>${name}</name><memory>8192</memory><os><type>hvm</type></os></domain>`;
  const domain = await connection.defineDomain(xml);
  expect(domain.name).toBe(name);
  const found = await connection.lookupDomainByName(name);
  expect(found.uuid).toBe(domain.uuid);
  await found.undefine();
});

test('a document of many megabytes is refused with an error of a few lines', async () => {
  const xml = `<domain type='test'><name>${'x'.repeat(20_000_000)}`;
  const error: unknown = await connection.defineDomain(xml).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'LibvirtError', code: 'VIR_ERR_XML_DETAIL' });
  expect((error as Error).message.length).toBeLessThan(5000);
});

test('a document of many megabytes is taken when it is right', async () => {
  const notes = `<note xmlns='urn:notes'>${'x'.repeat(9_000_000)}</note>`;
  const xml = `<domain type='test'><name>big</name><memory>8192</memory><os><type>hvm</type></os>
    <metadata>${notes}${notes.replace('urn:notes', 'urn:more')}</metadata></domain>`;
  const domain = await connection.defineDomain(xml);
  expect((await domain.xml()).length).toBeGreaterThan(18_000_000);
  await domain.undefine();
});

test('what a getter of the caller throws reaches the caller', async () => {
  const reason = new Error('mine');
  const domain = await connection.lookupDomainByName('test');
  const parameters = Object.defineProperty({}, 'weight', {
    get: () => {
      throw reason;
    },
    enumerable: true,
  });
  await expect(domain.setSchedulerParameters(parameters)).rejects.toBe(reason);
});

test('a getter of the caller may even close the connection', async () => {
  const other = await connect('test:///default');
  const domain = await other.lookupDomainByName('test');
  let closed: Promise<void> | undefined;
  const parameters = Object.defineProperty({}, 'weight', {
    get: () => {
      domain.free();
      closed = other.close();
      return 5;
    },
    enumerable: true,
  });
  await expect(domain.setSchedulerParameters(parameters)).resolves.toBeUndefined();
  await closed;
});
