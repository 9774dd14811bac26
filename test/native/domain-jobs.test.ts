import {
  DomainAbortJobFlagsValues,
  DomainGetJobStatsFlags,
  DomainMigrateFlags,
  DomainMigrateMaxSpeedFlags,
  TypedParam,
  type Connection,
  type Domain,
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

describe('what the test driver cannot do is asked of the right function', () => {
  const calls: [string, () => Promise<unknown>][] = [
    ['virDomainGetJobStats', () => running.jobStats(DomainGetJobStatsFlags.COMPLETED)],
    ['virDomainAbortJob', () => running.abortJob()],
    ['virDomainAbortJobFlags', () => running.abortJob(DomainAbortJobFlagsValues.POSTCOPY)],
    ['virDomainMigrateStartPostCopy', () => running.migrateStartPostCopy()],
    ['virDomainMigrateGetMaxDowntime', () => running.migrateMaxDowntime()],
    ['virDomainMigrateSetMaxDowntime', () => running.setMigrateMaxDowntime(300n)],
    ['virDomainMigrateGetMaxSpeed', () => running.migrateMaxSpeed(DomainMigrateMaxSpeedFlags.POSTCOPY)],
    ['virDomainMigrateSetMaxSpeed', () => running.setMigrateMaxSpeed(100)],
    ['virDomainMigrateGetCompressionCache', () => running.migrateCompressionCache()],
    ['virDomainMigrateSetCompressionCache', () => running.setMigrateCompressionCache(1n << 26n)],
  ];

  test.each(calls)('%s', async (name, run) => {
    await expect(run()).rejects.toEqual(unsupported(name));
  });
});

describe('migration', () => {
  const params = { [TypedParam.MIGRATE_PARAM_DEST_NAME]: 'moved', [TypedParam.MIGRATE_PARAM_BANDWIDTH]: 10n };

  test('by the daemon, which the test driver has not', async () => {
    await expect(running.migrateToUri('test:///default', params, DomainMigrateFlags.LIVE)).rejects.toEqual(
      libvirtError('VIR_ERR_ARGUMENT_UNSUPPORTED', 'virDomainMigrateToURI3'),
    );
  });

  test('to another connection, which the test driver cannot: both stay as they were', async () => {
    const other = await connectToDomains();
    await expect(running.migrate(other.connection, params, DomainMigrateFlags.LIVE)).rejects.toMatchObject({
      call: 'virDomainMigrate3',
    });
    await other.connection.close();
    expect(await running.isActive()).toBe(true);
    expect(await stopped.isActive()).toBe(false);
  });

  test('to a connection that is closed is refused', async () => {
    const other = await connectToDomains();
    await other.connection.close();
    await expect(running.migrate(other.connection, params, 0)).rejects.toMatchObject({
      code: 'ERR_CONNECTION_CLOSED',
    });
  });
});
