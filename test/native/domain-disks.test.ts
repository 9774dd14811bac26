import {
  DomainBlockCommitFlags,
  DomainBlockCopyFlags,
  DomainBlockJobAbortFlags,
  DomainBlockResizeFlags,
  DomainDiskErrorCode,
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

test('sizes, by target', async () => {
  const { capacity, allocation, physical } = await running.blockInfo('vda');
  expect([capacity > 0n, allocation > 0n, physical > 0n]).toEqual([true, true, true]);
  await expect(running.blockInfo('vdx')).rejects.toEqual(libvirtError('VIR_ERR_INVALID_ARG', 'virDomainGetBlockInfo'));
});

test('what was read and written, as BigInts', async () => {
  const stats = await running.blockStats('vda');
  expect(Object.keys(stats).sort()).toEqual(['errs', 'rdBytes', 'rdReq', 'wrBytes', 'wrReq']);
  expect(Object.values(stats).every((value) => typeof value === 'bigint')).toBe(true);
  expect(stats.rdBytes).toBeGreaterThan(stats.wrBytes);
  await expect(stopped.blockStats('vda')).rejects.toMatchObject({ call: 'virDomainBlockStats' });
});

test('disks with errors', async () => {
  expect(await running.diskErrors()).toEqual([{ disk: 'vda', error: DomainDiskErrorCode.UNSPEC }]);
  const none = await connection.createDomain(
    "<domain type='test'><name>diskless</name><memory>1024</memory><os><type>hvm</type></os></domain>",
  );
  expect(await none.diskErrors()).toEqual([]);
});

test('limits of one disk: what is set is what is told', async () => {
  const { DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC: read, DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC_MAX: most } = TypedParam;
  const before = await running.blockIoTune('vda');
  expect(before[read]).toBe(0n);
  await running.setBlockIoTune('vda', { [read]: 1_000_000n, [most]: 2_000_000n });
  const after = await running.blockIoTune('vda');
  expect([after[read], after[most]]).toEqual([1_000_000n, 2_000_000n]);
  expect(after['write_bytes_sec']).toBe(0n);
});

test("weights among the host's devices", async () => {
  expect((await running.blkioParameters())[TypedParam.DOMAIN_BLKIO_WEIGHT]).toBe(0);
  await running.setBlkioParameters({ [TypedParam.DOMAIN_BLKIO_WEIGHT]: 500 });
  expect((await running.blkioParameters())[TypedParam.DOMAIN_BLKIO_WEIGHT]).toBe(500);
});

describe('what the test driver cannot do is asked of the right function', () => {
  const calls: [string, () => Promise<unknown>][] = [
    ['virDomainBlockStatsFlags', () => running.blockStatsFlags('vda')],
    ['virDomainBlockPeek', () => running.blockPeek('vda', 1n << 40n, 512)],
    ['virDomainBlockResize', () => running.blockResize('vda', 1n << 30n, DomainBlockResizeFlags.BYTES)],
    ['virDomainBlockCommit', () => running.blockCommit('vda')],
    [
      'virDomainBlockCommit',
      () => running.blockCommit('vda', { base: '/a', top: '/b', bandwidth: 5n, flags: DomainBlockCommitFlags.DELETE }),
    ],
    ['virDomainBlockCopy', () => running.blockCopy('vda', '<disk/>', {}, DomainBlockCopyFlags.SHALLOW)],
    ['virDomainBlockPull', () => running.blockPull('vda', 5)],
    ['virDomainBlockRebase', () => running.blockRebase('vda', { base: '/a', bandwidth: 5 })],
    ['virDomainGetBlockJobInfo', () => running.blockJobInfo('vda')],
    ['virDomainBlockJobAbort', () => running.blockJobAbort('vda', DomainBlockJobAbortFlags.PIVOT)],
    ['virDomainBlockJobSetSpeed', () => running.blockJobSetSpeed('vda', 5n)],
    ['virDomainSetBlockThreshold', () => running.setBlockThreshold('vda', 1n << 33n)],
  ];

  test.each(calls)('%s', async (name, run) => {
    await expect(run()).rejects.toEqual(unsupported(name));
  });
});
