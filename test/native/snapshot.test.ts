import {
  DomainSnapshotCreateFlags,
  DomainSnapshotDeleteFlags,
  DomainSnapshotListFlags,
  DomainSnapshotRevertFlags,
  DomainState,
  type Connection,
  type Domain,
  type DomainSnapshot,
} from '../../src/native/libvirt';
import { connectToDomains } from './domain-node';
import { libvirtError } from './private-node';

let connection: Connection;
let running: Domain;
let stopped: Domain;

beforeEach(async () => {
  ({ connection, running, stopped } = await connectToDomains());
});

afterEach(async () => {
  await connection.close();
});

const names = (snapshots: DomainSnapshot[]) => snapshots.map(({ name }) => name).sort();
const xml = (name: string) =>
  `<domainsnapshot><name>${name}</name><description>of ${name}</description></domainsnapshot>`;

/** first - second - third */
async function three(): Promise<[DomainSnapshot, DomainSnapshot, DomainSnapshot]> {
  const first = await running.createSnapshot(xml('first'));
  const second = await running.createSnapshot(xml('second'));
  return [first, second, await running.createSnapshot(xml('third'))];
}

test('a domain has none at first', async () => {
  expect(await running.listAllSnapshots()).toEqual([]);
  expect(await running.hasCurrentSnapshot()).toBe(false);
  await expect(running.currentSnapshot()).rejects.toEqual(
    libvirtError('VIR_ERR_NO_DOMAIN_SNAPSHOT', 'virDomainSnapshotCurrent'),
  );
});

test('one that is made is found, by name and as the current one', async () => {
  const snapshot = await running.createSnapshot(xml('first'));
  expect([snapshot.name, snapshot.domain, snapshot.connection]).toEqual(['first', running, connection]);
  expect(await snapshot.xml()).toContain('<description>of first</description>');
  expect(await running.hasCurrentSnapshot()).toBe(true);
  expect((await running.currentSnapshot()).name).toBe('first');
  expect((await running.lookupSnapshotByName('first')).name).toBe('first');
  await expect(running.lookupSnapshotByName('other')).rejects.toEqual(
    libvirtError('VIR_ERR_NO_DOMAIN_SNAPSHOT', 'virDomainSnapshotLookupByName'),
  );
  expect(await snapshot.hasMetadata()).toBe(true);
});

test('libvirt finds a name where none is given', async () => {
  expect((await running.createSnapshot('<domainsnapshot/>')).name).toMatch(/^\d+$/);
});

test('each is taken upon the one before', async () => {
  const [first, second, third] = await three();
  expect((await third.parent()).name).toBe('second');
  await expect(first.parent()).rejects.toEqual(
    libvirtError('VIR_ERR_NO_DOMAIN_SNAPSHOT', 'virDomainSnapshotGetParent'),
  );
  expect(names(await first.listAllChildren())).toEqual(['second']);
  expect(names(await first.listAllChildren(DomainSnapshotListFlags.DESCENDANTS))).toEqual(['second', 'third']);
  expect(names(await running.listAllSnapshots(DomainSnapshotListFlags.ROOTS))).toEqual(['first']);
  expect(names(await running.listAllSnapshots(DomainSnapshotListFlags.LEAVES))).toEqual(['third']);
  expect([await second.isCurrent(), await third.isCurrent()]).toEqual([false, true]);
});

test('going back brings the state back, and makes the snapshot the current one', async () => {
  const snapshot = await running.createSnapshot(xml('first'));
  await running.createSnapshot(xml('second'));
  await running.destroy();
  await snapshot.revert();
  expect((await running.state()).state).toBe(DomainState.RUNNING);
  expect(await snapshot.isCurrent()).toBe(true);
  await snapshot.revert(DomainSnapshotRevertFlags.PAUSED | DomainSnapshotRevertFlags.FORCE);
  expect((await running.state()).state).toBe(DomainState.PAUSED);
});

test('what is taken after going back is a branch', async () => {
  const [first] = await three();
  await first.revert();
  await running.createSnapshot(xml('branch'));
  expect(names(await first.listAllChildren())).toEqual(['branch', 'second']);
});

test('one that is deleted leaves its children to its parent', async () => {
  const [first, second, third] = await three();
  await second.delete();
  expect(names(await running.listAllSnapshots())).toEqual(['first', 'third']);
  expect((await third.parent()).name).toBe('first');
  await expect(second.xml()).rejects.toEqual(libvirtError('VIR_ERR_NO_DOMAIN_SNAPSHOT', 'virDomainSnapshotGetXMLDesc'));
  await first.delete(DomainSnapshotDeleteFlags.CHILDREN);
  expect(await running.listAllSnapshots()).toEqual([]);
});

test('of a domain that does not run, only its disks', async () => {
  const snapshot = await stopped.createSnapshot(xml('off'));
  expect(await snapshot.xml()).toContain('<state>shutoff</state>');
  expect(names(await stopped.listAllSnapshots(DomainSnapshotListFlags.INACTIVE))).toEqual(['off']);
  expect(await running.listAllSnapshots()).toEqual([]);
});

test('flags reach libvirt', async () => {
  await running.createSnapshot(xml('halted'), DomainSnapshotCreateFlags.HALT);
  expect((await running.state()).state).toBe(DomainState.SHUTOFF);
});

test('a snapshot that is freed says so, and is still there', async () => {
  const snapshot = await running.createSnapshot(xml('first'));
  snapshot.free();
  await expect(snapshot.xml()).rejects.toMatchObject({ code: 'ERR_HANDLE_FREED' });
  expect(names(await running.listAllSnapshots())).toEqual(['first']);
});
