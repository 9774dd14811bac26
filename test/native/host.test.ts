import { connect, NodeSuspendTarget, type Connection, type ParameterValues } from '../../src/native/libvirt';
import { readApi } from './api';
import { libvirtError, unsupported } from './private-node';

const CPU = `<cpu><arch>x86_64</arch><model>qemu64</model></cpu>`;

let connection: Connection;

beforeEach(async () => {
  connection = await connect('test:///default');
});

afterEach(async () => {
  await connection.close();
});

// The numbers are those of the host that libvirt's test driver plays.
describe('a host', () => {
  test('tells which libvirt it has', async () => {
    // The test driver is in the library itself.
    expect(await connection.libvirtVersion()).toBe(readApi().version);
  });

  test('tells its CPU and memory', async () => {
    expect(await connection.nodeInfo()).toEqual({
      model: 'i686',
      memory: 3145728n,
      cpus: 16,
      mhz: 1400,
      nodes: 2,
      sockets: 2,
      cores: 2,
      threads: 2,
    });
    expect(await connection.nodeFreeMemory()).toBe(3145728n);
  });

  test('tells which of its CPUs are online', async () => {
    const { present, online, map } = await connection.nodeCpuMap();
    expect([present, online]).toEqual([8, 3]);
    expect(map).toEqual(Buffer.from([0b10101]));
  });

  test('tells how its CPUs spent their time', async () => {
    const all = await connection.nodeCpuStats();
    expect(Object.keys(all).sort()).toEqual(['idle', 'iowait', 'kernel', 'user']);
    expect(all['idle']).toBe(87264900000n);
    expect(await connection.nodeCpuStats(0)).toEqual(all);
  });

  test('tells the limits and kinds of guests', async () => {
    expect(await connection.maxVcpus()).toBe(32);
    expect(await connection.maxVcpus('test')).toBe(32);
    expect(await connection.capabilities()).toContain('<capabilities>');
    expect(await connection.sysinfo()).toContain(`<sysinfo type='smbios'>`);
    expect(await connection.nodeSecurityModel()).toEqual({ model: 'testSecurity', doi: '' });
  });

  test('knows CPU models by architecture', async () => {
    expect(await connection.cpuModelNames('x86_64')).toEqual(expect.arrayContaining(['qemu64', 'Skylake-Server']));
    expect(await connection.cpuModelNames('ppc64')).toEqual(expect.arrayContaining(['POWER8']));
    await expect(connection.cpuModelNames('abacus')).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virConnectGetCPUModelNames'),
    );
  });

  test('finds the CPU that several have in common', async () => {
    const richer = CPU.replace('qemu64', 'Haswell');
    expect(await connection.baselineCpu([CPU])).toContain('qemu64');
    expect(await connection.baselineCpu([richer])).toContain('Haswell');
    expect(await connection.baselineCpu([richer, CPU])).not.toContain('>Haswell<');
    await expect(connection.baselineCpu([])).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virConnectBaselineCPU'),
    );
    await expect(connection.baselineCpu(['<cpu'])).rejects.toMatchObject({ call: 'virConnectBaselineCPU' });
  });
});

describe('NUMA cells', () => {
  test('have free memory each, from the first one wanted', async () => {
    expect(await connection.nodeCellsFreeMemory()).toEqual([2097152n, 4194304n]);
    expect(await connection.nodeCellsFreeMemory({ firstCell: 1 })).toEqual([4194304n]);
    expect(await connection.nodeCellsFreeMemory({ cells: 1 })).toEqual([2097152n]);
  });

  test('that do not exist are an error', async () => {
    await expect(connection.nodeCellsFreeMemory({ firstCell: 2 })).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virNodeGetCellsFreeMemory'),
    );
  });

  test.each([0, -1, 1025, 0x7fffffff])('%d of them are refused before anything is allocated', async (cells) => {
    await expect(connection.nodeCellsFreeMemory({ cells })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(connection.nodeFreePages([4], { cells })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(connection.nodeAllocPages([{ size: 4, count: 1 }], { cells })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});

describe('pages', () => {
  test('are counted for at least one size, that is not negative', async () => {
    // The test driver says that it filled in nothing.
    expect(await connection.nodeFreePages([4, 2048])).toEqual([]);
    await expect(connection.nodeFreePages([])).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virNodeGetFreePages'),
    );
    await expect(connection.nodeFreePages([-4])).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(connection.nodeAllocPages([{ size: 2048, count: -1 }])).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});

test('what this driver does not have is asked for', async () => {
  const shared: ParameterValues = { shm_pages_to_scan: 5 };
  const calls: [Promise<unknown>, string][] = [
    [connection.nodeMemoryStats(), 'virNodeGetMemoryStats'],
    [connection.nodeMemoryParameters(), 'virNodeGetMemoryParameters'],
    [connection.setNodeMemoryParameters(shared), 'virNodeSetMemoryParameters'],
    [connection.nodeAllocPages([{ size: 2048, count: 1 }]), 'virNodeAllocPages'],
    [connection.nodeSevInfo(), 'virNodeGetSEVInfo'],
    [connection.nodeSuspendForDuration(NodeSuspendTarget.MEM, 60), 'virNodeSuspendForDuration'],
    [connection.domainCapabilities({ arch: 'x86_64' }), 'virConnectGetDomainCapabilities'],
    [connection.compareCpu(CPU), 'virConnectCompareCPU'],
    [connection.compareHypervisorCpu(CPU), 'virConnectCompareHypervisorCPU'],
    [connection.baselineHypervisorCpu([CPU]), 'virConnectBaselineHypervisorCPU'],
    [connection.setIdentity({ 'user-name': 'someone' }), 'virConnectSetIdentity'],
  ];
  await Promise.all(calls.map(([call, name]) => expect(call).rejects.toEqual(unsupported(name))));
});

test('a read-only connection changes nothing of the host', async () => {
  const reader = await connect('test:///default', { readOnly: true });
  try {
    await expect(reader.setNodeMemoryParameters({ shm_pages_to_scan: 5 })).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_DENIED', 'virNodeSetMemoryParameters'),
    );
    await expect(reader.nodeSuspendForDuration(NodeSuspendTarget.DISK, 60)).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_DENIED', 'virNodeSuspendForDuration'),
    );
    await expect(reader.nodeAllocPages([{ size: 2048, count: 1 }])).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_DENIED', 'virNodeAllocPages'),
    );
    expect(await reader.maxVcpus()).toBe(32);
  } finally {
    await reader.close();
  }
});
