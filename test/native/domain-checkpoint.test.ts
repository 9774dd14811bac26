import {
  DomainCheckpointDeleteFlags,
  DomainCheckpointListFlags,
  DomainCheckpointXMLFlags,
  type Connection,
  type Domain,
  type DomainCheckpoint,
} from '../../src/native/libvirt';
import { connectToDomains } from './domain-node';
import { libvirtError, unsupported } from './private-node';

let connection: Connection;
let running: Domain;
let stopped: Domain;

beforeEach(async () => {
  ({ connection, running, stopped } = await connectToDomains());
});

afterEach(async () => {
  await connection.close();
});

const names = (checkpoints: DomainCheckpoint[]) => checkpoints.map(({ name }) => name).sort();
const xml = (name: string) =>
  `<domaincheckpoint><name>${name}</name><description>of ${name}</description></domaincheckpoint>`;

/** first - second - third */
async function three(): Promise<[DomainCheckpoint, DomainCheckpoint, DomainCheckpoint]> {
  const first = await running.createCheckpoint(xml('first'));
  const second = await running.createCheckpoint(xml('second'));
  return [first, second, await running.createCheckpoint(xml('third'))];
}

test('one that is made is found', async () => {
  expect(await running.listAllCheckpoints()).toEqual([]);
  const checkpoint = await running.createCheckpoint(xml('first'));
  expect([checkpoint.name, checkpoint.domain, checkpoint.connection]).toEqual(['first', running, connection]);
  expect((await running.lookupCheckpointByName('first')).name).toBe('first');
  expect(await checkpoint.xml(DomainCheckpointXMLFlags.NO_DOMAIN)).toContain('<description>of first</description>');
  expect(await checkpoint.xml(DomainCheckpointXMLFlags.NO_DOMAIN)).not.toContain('<domain ');
  expect(await checkpoint.xml()).toContain('<domain ');
  await expect(running.lookupCheckpointByName('other')).rejects.toEqual(
    libvirtError('VIR_ERR_NO_DOMAIN_CHECKPOINT', 'virDomainCheckpointLookupByName'),
  );
});

test('each follows the one before', async () => {
  const [first, , third] = await three();
  expect((await third.parent()).name).toBe('second');
  await expect(first.parent()).rejects.toEqual(
    libvirtError('VIR_ERR_NO_DOMAIN_CHECKPOINT', 'virDomainCheckpointGetParent'),
  );
  expect(names(await first.listAllChildren())).toEqual(['second']);
  expect(names(await first.listAllChildren(DomainCheckpointListFlags.DESCENDANTS))).toEqual(['second', 'third']);
  expect(names(await running.listAllCheckpoints(DomainCheckpointListFlags.LEAVES))).toEqual(['third']);
});

test('one that is deleted leaves its children to its parent', async () => {
  const [first, second, third] = await three();
  await second.delete();
  expect(names(await running.listAllCheckpoints())).toEqual(['first', 'third']);
  expect((await third.parent()).name).toBe('first');
  await first.delete(DomainCheckpointDeleteFlags.CHILDREN_ONLY);
  expect(names(await running.listAllCheckpoints())).toEqual(['first']);
});

test('a domain that does not run has none', async () => {
  await expect(stopped.createCheckpoint(xml('off'))).rejects.toMatchObject({ call: 'virDomainCheckpointCreateXML' });
});

test('backups are asked of the right function', async () => {
  await expect(running.backupBegin('<domainbackup/>')).rejects.toEqual(unsupported('virDomainBackupBegin'));
  await expect(running.backupBegin('<domainbackup/>', { checkpointXml: xml('a') })).rejects.toEqual(
    unsupported('virDomainBackupBegin'),
  );
  await expect(running.backupXml()).rejects.toEqual(unsupported('virDomainBackupGetXMLDesc'));
});
