import {
  DomainInterfaceAddressesSource,
  IPAddrType,
  TypedParam,
  type Connection,
  type Domain,
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

test('addresses of each interface', async () => {
  const [only, ...others] = await running.interfaceAddresses(DomainInterfaceAddressesSource.LEASE);
  expect(others).toEqual([]);
  expect(only).toEqual({
    name: 'running0',
    mac: '52:54:00:00:00:01',
    addresses: [{ type: IPAddrType.IPV4, address: expect.stringMatching(/^192\.0\.2\.\d+$/) as string, prefix: 24 }],
  });
  await expect(stopped.interfaceAddresses(DomainInterfaceAddressesSource.LEASE)).rejects.toEqual(
    libvirtError('VIR_ERR_OPERATION_INVALID', 'virDomainInterfaceAddresses'),
  );
});

test('what was sent and received, as BigInts', async () => {
  const stats = await running.interfaceStats('running0');
  expect(Object.keys(stats).sort()).toEqual([
    'rxBytes',
    'rxDrop',
    'rxErrs',
    'rxPackets',
    'txBytes',
    'txDrop',
    'txErrs',
    'txPackets',
  ]);
  expect(stats.rxBytes).toBeGreaterThan(stats.rxPackets);
  await expect(running.interfaceStats('vnet9')).rejects.toEqual(
    libvirtError('VIR_ERR_INVALID_ARG', 'virDomainInterfaceStats'),
  );
});

test('bandwidth: what is set is what is told', async () => {
  const { DOMAIN_BANDWIDTH_IN_AVERAGE: average, DOMAIN_BANDWIDTH_IN_PEAK: peak } = TypedParam;
  const before = await running.interfaceParameters('running0');
  expect(before[average]).toBe(0);
  await running.setInterfaceParameters('running0', { [average]: 1000, [peak]: 2000 });
  expect(await running.interfaceParameters('running0')).toEqual({ ...before, [average]: 1000, [peak]: 2000 });
});
