import { DomainState, DomainStatsTypes, type Connection, type Domain } from '../../src/native/libvirt';
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

test('statistics of all domains, each with its domain', async () => {
  const records = await connection.allDomainStats(DomainStatsTypes.STATE | DomainStatsTypes.IOTHREAD);
  const states = records.map(({ domain, stats }) => [domain.name, stats['state.state'], stats['iothread.count']]);
  expect(states.sort()).toEqual([
    ['running', DomainState.RUNNING, 2],
    ['stopped', DomainState.SHUTOFF, undefined],
  ]);
  expect(records[0]?.domain.connection).toBe(connection);
});

test('statistics of some', async () => {
  const [record, ...others] = await connection.domainStats([stopped], DomainStatsTypes.STATE);
  expect(others).toEqual([]);
  expect([record?.domain.uuid, record?.stats['state.state']]).toEqual([stopped.uuid, DomainState.SHUTOFF]);
  await expect(connection.domainStats([])).rejects.toEqual(
    libvirtError('VIR_ERR_INVALID_ARG', 'virDomainListGetStats'),
  );
});

test('a domain of another connection is refused, alone or among others', async () => {
  const other = await connectToDomains();
  const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as unknown;
  await expect(connection.domainStats([other.running])).rejects.toEqual(refused);
  await expect(connection.domainStats([running, other.running])).rejects.toEqual(refused);
  await other.connection.close();
});
