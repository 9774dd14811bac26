import { cpuMapOf, cpusOf } from '../../src/native/libvirt/domain-cpu-map';
import {
  DomainModificationImpact,
  DomainStatsTypes,
  DomainVcpuFlags,
  TypedParam,
  VcpuState,
  type Connection,
  type Domain,
} from '../../src/native/libvirt';
import { connectToDomains } from './domain-node';
import { libvirtError, unsupported } from './private-node';

/** The CPUs of the test driver's host. */
const ALL = [0, 1, 2, 3, 4, 5, 6, 7];
const CONFIG = DomainModificationImpact.CONFIG;

let connection: Connection;
let running: Domain;
let stopped: Domain;

beforeEach(async () => {
  ({ connection, running, stopped } = await connectToDomains());
});

afterEach(async () => {
  await connection.close();
});

describe('vCPUs', () => {
  test('how many, of the machine and of its definition', async () => {
    expect(await running.vcpuCount()).toBe(2);
    expect(await running.vcpuCount(DomainVcpuFlags.CONFIG | DomainVcpuFlags.MAXIMUM)).toBe(4);
    expect(await running.maxVcpus()).toBe(4);
    await running.setVcpus(3);
    await running.setVcpus(1, DomainVcpuFlags.CONFIG);
    expect(await running.vcpuCount()).toBe(3);
    expect(await running.vcpuCount(DomainVcpuFlags.CONFIG)).toBe(1);
    await expect(running.setVcpus(5)).rejects.toEqual(libvirtError('VIR_ERR_INVALID_ARG', 'virDomainSetVcpusFlags'));
  });

  test('where each of them runs', async () => {
    const vcpus = await running.vcpus();
    expect(vcpus.map(({ number, state }) => [number, state])).toEqual([
      [0, VcpuState.RUNNING],
      [1, VcpuState.RUNNING],
    ]);
    expect(vcpus.every(({ cpuTime }) => typeof cpuTime === 'bigint' && cpuTime > 0n)).toBe(true);
  });

  test('a list grows with the machine', async () => {
    await running.setVcpus(4);
    expect((await running.vcpus()).map(({ number }) => number)).toEqual([0, 1, 2, 3]);
  });

  test('single ones, and those of the guest, are asked of the right function', async () => {
    await expect(running.setVcpu('1-2', true, CONFIG)).rejects.toEqual(unsupported('virDomainSetVcpu'));
    await expect(running.guestVcpus()).rejects.toEqual(unsupported('virDomainGetGuestVcpus'));
    await expect(running.setGuestVcpus('1', false)).rejects.toEqual(unsupported('virDomainSetGuestVcpus'));
  });
});

describe('pinning', () => {
  test('a vCPU that is pinned runs on these CPUs, the others on any', async () => {
    expect(await running.vcpuPinInfo()).toEqual([ALL, ALL, ALL, ALL]);
    await running.pinVcpu(1, [0, 3, 7]);
    expect(await running.vcpuPinInfo()).toEqual([ALL, [0, 3, 7], ALL, ALL]);
    expect(/<vcpupin .*>/.exec(await running.xml())?.[0]).toBe("<vcpupin vcpu='1' cpuset='0,3,7'/>");
    await expect(running.pinVcpu(9, [0])).rejects.toEqual(libvirtError('VIR_ERR_INVALID_ARG', 'virDomainPinVcpuFlags'));
  });

  test('of the definition', async () => {
    expect(await stopped.vcpuPinInfo(CONFIG)).toEqual([ALL]);
    // The test driver takes no flags here, and says which it was given.
    await expect(running.pinVcpu(0, [2], CONFIG)).rejects.toThrow('unsupported flags (0x2)');
  });

  test('the emulator', async () => {
    expect(await running.emulatorPinInfo()).toEqual(ALL);
    await running.pinEmulator([1, 2]);
    expect(await running.emulatorPinInfo()).toEqual([1, 2]);
  });

  test('what is no CPU is refused', async () => {
    for (const cpu of [-1, 1.5, 16_384, Number.NaN]) {
      await expect(running.pinVcpu(0, [cpu])).rejects.toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
        message: `${cpu} is not the number of a CPU`,
      });
    }
    expect(await running.vcpuPinInfo()).toEqual([ALL, ALL, ALL, ALL]);
  });

  test('maps and lists of CPUs are the same', () => {
    expect([...cpuMapOf([0, 3, 9])]).toEqual([0b1001, 0b10]);
    expect([...cpuMapOf([])]).toEqual([0]);
    const cpus = [0, 7, 8, 63, 64, 1000, 16_383];
    expect(cpusOf(cpuMapOf(cpus))).toEqual(cpus);
    expect(cpuMapOf(cpus)).toHaveLength(2048);
  });
});

describe('IOThreads', () => {
  test('come and go', async () => {
    expect((await stopped.ioThreadInfo(CONFIG)).map(({ id }) => id)).toEqual([]);
    await stopped.addIOThread(3, CONFIG);
    await stopped.addIOThread(5, CONFIG);
    expect((await stopped.ioThreadInfo(CONFIG)).map(({ id }) => id)).toEqual([3, 5]);
    await stopped.delIOThread(3, CONFIG);
    expect((await stopped.ioThreadInfo(CONFIG)).map(({ id }) => id)).toEqual([5]);
    await expect(stopped.delIOThread(3, CONFIG)).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virDomainDelIOThread'),
    );
  });

  test('are pinned', async () => {
    expect((await running.ioThreadInfo()).map(({ id }) => id)).toEqual([1, 2]);
    await running.pinIOThread(2, [1]);
    expect((await running.ioThreadInfo())[1]).toEqual({ id: 2, cpus: [1] });
  });

  test('have parameters', async () => {
    await running.setIOThreadParams(2, { [TypedParam.DOMAIN_IOTHREAD_POLL_MAX_NS]: 4321n });
    const [record] = await connection.domainStats([running], DomainStatsTypes.IOTHREAD);
    expect(record!.stats['iothread.2.poll-max-ns']).toBe(4321n);
  });
});

describe('statistics', () => {
  test('of each of the CPUs, of some, and of all together', async () => {
    const each = await running.cpuStats();
    expect(each.length).toBeGreaterThan(1);
    const sum = each.reduce((total, cpu) => total + (cpu['cpu_time'] as bigint), 0n);
    const { cpu_time, user_time, system_time } = await running.totalCpuStats();
    expect(sum).toBe(cpu_time);
    expect([typeof user_time, typeof system_time]).toEqual(['bigint', 'bigint']);
    expect(await running.cpuStats(0, 1)).toEqual(each.slice(0, 1));
    expect(await running.cpuStats(1)).toEqual(each.slice(1));
    expect(await running.cpuStats(1, 1)).toEqual(each.slice(1, 2));
  });

  test('more CPUs than there are give those that there are', async () => {
    const each = await running.cpuStats();
    expect(await running.cpuStats(0, 1000)).toEqual(each);
    expect(await running.cpuStats(each.length)).toEqual([]);
    expect(await running.cpuStats(1000, 4_000_000_000)).toEqual([]);
  });

  test('of a machine that runs', async () => {
    const failed = libvirtError('VIR_ERR_OPERATION_INVALID', 'virDomainGetCPUStats');
    await expect(stopped.cpuStats()).rejects.toEqual(failed);
    await expect(stopped.totalCpuStats()).rejects.toEqual(failed);
  });
});

describe('the scheduler', () => {
  test('its type and parameters', async () => {
    expect(await running.schedulerType()).toBe('fair');
    expect(await running.schedulerParameters()).toEqual({ weight: 50 });
    await running.setSchedulerParameters({ weight: 75 });
  });

  test('parameters of the definition are asked of the newer function', async () => {
    await expect(running.schedulerParameters(CONFIG)).rejects.toMatchObject({
      call: 'virDomainGetSchedulerParametersFlags',
    });
  });
});

test('events of the CPUs are counted or not', async () => {
  expect((await running.perfEvents())['cpu_cycles']).toBe(false);
  await running.setPerfEvents({ [TypedParam.PERF_PARAM_CPU_CYCLES]: true });
  const events = await running.perfEvents();
  expect(Object.keys(events).filter((name) => events[name] === true)).toEqual(['cpu_cycles']);
});
