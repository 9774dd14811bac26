import {
  DomainMemoryFlags,
  DomainMemoryModFlags,
  DomainXMLFlags,
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

describe('how much', () => {
  test('memory of the machine changes up to its maximum', async () => {
    expect((await running.info()).memory).toBe(1048576n);
    await running.setMemory(2097152n);
    expect((await running.info()).memory).toBe(2097152n);
    await running.setMemory(524288, DomainMemoryModFlags.LIVE);
    expect((await running.info()).memory).toBe(524288n);
    await expect(running.setMemory(4194305n)).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virDomainSetMemoryFlags'),
    );
  });

  test('of the definition, at the next start', async () => {
    await running.setMemory(786432n, DomainMemoryModFlags.CONFIG);
    expect((await running.info()).memory).toBe(1048576n);
    await running.destroy();
    expect((await running.info()).memory).toBe(786432n);
  });

  test('the maximum is that of the definition', async () => {
    expect(await stopped.maxMemory()).toBe(2097152n);
    await stopped.setMaxMemory(3145728n);
    expect(await stopped.maxMemory()).toBe(3145728n);
    await stopped.setMemory(4194304n, DomainMemoryModFlags.CONFIG | DomainMemoryModFlags.MAXIMUM);
    expect(await stopped.maxMemory()).toBe(4194304n);
    await expect(running.setMaxMemory(3145728n)).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virDomainSetMaxMemory'),
    );
  });

  test('what is no number of KiB is refused before libvirt sees it', async () => {
    const wrong = [-1, 1.5, Number.NaN, 2 ** 60, 1n << 64n, -1n];
    const answers = await Promise.allSettled(wrong.map((kib) => running.setMemory(kib)));
    expect(answers.map((answer) => (answer as PromiseRejectedResult).reason as unknown)).toEqual(
      wrong.map(() => expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as unknown),
    );
    expect((await running.info()).memory).toBe(1048576n);
  });
});

describe('statistics', () => {
  test('by name, as BigInts', async () => {
    const stats = await running.memoryStats();
    expect(stats.ACTUAL_BALLOON).toBe(1048576n);
    expect(stats.RSS).toBe(524288n);
    expect(Object.values(stats).every((value) => typeof value === 'bigint')).toBe(true);
  });

  test('of a machine that runs', async () => {
    await expect(stopped.memoryStats()).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virDomainMemoryStats'),
    );
  });

  test('their period stands in the XML', async () => {
    await running.setMemoryStatsPeriod(5, DomainMemoryModFlags.CONFIG);
    expect(await running.xml(DomainXMLFlags.INACTIVE)).toContain("<stats period='5'/>");
    expect(await running.xml()).not.toContain('<stats');
  });
});

describe('limits', () => {
  test('in KiB, set one and the others stay', async () => {
    const { DOMAIN_MEMORY_HARD_LIMIT: hard, DOMAIN_MEMORY_SOFT_LIMIT: soft } = TypedParam;
    const before = await running.memoryParameters();
    expect(before[hard]).toBe(9007199254740991n);
    await running.setMemoryParameters({ [hard]: 8388608n });
    expect(await running.memoryParameters()).toEqual({ ...before, [hard]: 8388608n });
    await running.setMemoryParameters({ [soft]: 4194304n });
    expect(await running.memoryParameters()).toEqual({ ...before, [hard]: 8388608n, [soft]: 4194304n });
  });

  test('a value of the wrong type is refused by libvirt', async () => {
    await expect(running.setMemoryParameters({ [TypedParam.DOMAIN_MEMORY_HARD_LIMIT]: 5 })).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virDomainSetMemoryParameters'),
    );
  });

  test('NUMA nodes of the host', async () => {
    await running.setNumaParameters({
      [TypedParam.DOMAIN_NUMA_NODESET]: '0-1',
      [TypedParam.DOMAIN_NUMA_MODE]: { int: 2 },
    });
    expect(await running.numaParameters()).toEqual({ numa_mode: 2, numa_nodeset: '0-1' });
  });
});

test('bytes of the memory', async () => {
  // The test driver's memory counts.
  const bytes = await running.memoryPeek(250n, 10, DomainMemoryFlags.PHYSICAL);
  expect(Buffer.isBuffer(bytes)).toBe(true);
  expect([...bytes]).toEqual([250, 251, 252, 253, 254, 255, 0, 1, 2, 3]);
});

test('the rate of change is asked of the right function', async () => {
  await expect(running.startDirtyRateCalc(1)).rejects.toEqual(unsupported('virDomainStartDirtyRateCalc'));
});
