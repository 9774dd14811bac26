import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  DomainCoreDumpFormat,
  DomainSaveRestoreFlags,
  DomainShutoffReason,
  DomainState,
  TypedParam,
  type Connection,
  type Domain,
} from '../../src/native/libvirt';
import { connectToDomains } from './domain-node';
import { libvirtError, unsupported } from './private-node';

let connection: Connection;
let running: Domain;
let folder: string;

beforeEach(async () => {
  ({ connection, running } = await connectToDomains());
  folder = await mkdtemp(join(tmpdir(), 'hvkit-saving-'));
});

afterEach(async () => {
  await connection.close();
  await rm(folder, { recursive: true });
});

test('a managed save stops the domain, and its next start goes on from there', async () => {
  expect(await running.hasManagedSaveImage()).toBe(false);
  await running.managedSave();
  expect(await running.state()).toEqual({ state: DomainState.SHUTOFF, reason: DomainShutoffReason.SAVED });
  expect(await running.hasManagedSaveImage()).toBe(true);
  await running.create();
  expect((await running.state()).state).toBe(DomainState.RUNNING);
  expect(await running.hasManagedSaveImage()).toBe(false);
});

test('a managed save that is removed is forgotten', async () => {
  await running.managedSave();
  await running.managedSaveRemove();
  expect(await running.hasManagedSaveImage()).toBe(false);
});

test('a domain saved to a file is restored from it', async () => {
  const file = join(folder, 'saved');
  await running.save(file);
  expect((await running.state()).state).toBe(DomainState.SHUTOFF);
  expect(await connection.savedImageXml(file)).toContain('<name>running</name>');
  await connection.restoreDomain(file);
  expect((await running.state()).state).toBe(DomainState.RUNNING);
});

test('the definition in a saved file is changed, and is what is restored', async () => {
  const file = join(folder, 'saved');
  await running.save(file);
  const xml = (await connection.savedImageXml(file)).replace('</name>', '</name><title>another</title>');
  await connection.defineSavedImageXml(file, xml);
  expect(await connection.savedImageXml(file)).toContain('<title>another</title>');
  await connection.restoreDomain(file);
  expect(await running.title()).toBe('another');
});

test('another definition and flags reach libvirt', async () => {
  const file = join(folder, 'saved');
  const xml = (await running.xml()).replace('</name>', '</name><title>another</title>');
  // The test driver takes neither, and says so.
  await expect(running.save(file, { xml })).rejects.toEqual(
    libvirtError('VIR_ERR_ARGUMENT_UNSUPPORTED', 'virDomainSaveFlags'),
  );
  await expect(running.save(file, { flags: DomainSaveRestoreFlags.RUNNING })).rejects.toEqual(
    libvirtError('VIR_ERR_INVALID_ARG', 'virDomainSaveFlags'),
  );
  expect((await running.state()).state).toBe(DomainState.RUNNING);
});

test('a dump is written while the domain runs on', async () => {
  const file = join(folder, 'core');
  await running.coreDump(file, DomainCoreDumpFormat.RAW);
  expect((await stat(file)).size).toBeGreaterThan(0);
  expect((await running.state()).state).toBe(DomainState.RUNNING);
  await expect(running.coreDump(file, DomainCoreDumpFormat.KDUMP_LZO)).rejects.toEqual(
    libvirtError('VIR_ERR_OPERATION_UNSUPPORTED', 'virDomainCoreDumpWithFormat'),
  );
});

test('what the test driver cannot do is asked of the right function', async () => {
  const params = { [TypedParam.DOMAIN_SAVE_PARAM_FILE]: join(folder, 'saved') };
  await expect(running.saveParams(params)).rejects.toEqual(unsupported('virDomainSaveParams'));
  await expect(connection.restoreDomainParams(params)).rejects.toEqual(unsupported('virDomainRestoreParams'));
  await expect(running.managedSaveXml()).rejects.toEqual(unsupported('virDomainManagedSaveGetXMLDesc'));
  await expect(running.managedSaveDefineXml('<domain/>')).rejects.toEqual(unsupported('virDomainManagedSaveDefineXML'));
});
