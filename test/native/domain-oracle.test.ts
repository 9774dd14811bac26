import koffi from 'koffi';

import {
  connect,
  DomainMemoryModFlags,
  DomainMemoryStatTags,
  DomainXMLFlags,
  type Connection,
  type Domain,
} from '../../src/native/libvirt';
import { domainXml } from './domain-node';
import { libvirt, NEW_STRING, Oracle, out, POINTER, type Pointer } from './oracle';

const URI = 'test:///default';

let connection: Connection;
let domain: Domain;
let oracle: Oracle;
let pointer: Pointer;

beforeEach(async () => {
  connection = await connect(URI);
  domain = await connection.lookupDomainByName('test');
  oracle = new Oracle(URI);
  pointer = oracle.domain('test');
});

afterEach(async () => {
  oracle.close();
  await connection.close();
});

const names = async () => (await connection.listAllDomains()).map(({ name }) => name).sort();

test('both see the same domains, also those that one of them makes', async () => {
  expect(await names()).toEqual(oracle.domainNames().sort());
  const more = Array.from({ length: 5 }, (_, index) => `more-${index}`);
  for (const name of more) await connection.defineDomain(domainXml(name));
  expect(oracle.domainNames().sort()).toEqual([...more, 'test']);
  expect(await names()).toEqual([...more, 'test']);
});

test('UUID, id, XML, type and name of the host', async () => {
  const uuidOf = libvirt<number>('virDomainGetUUIDString', 'int', POINTER, koffi.out(POINTER));
  const text = Buffer.alloc(37);
  uuidOf(pointer, text);
  expect(domain.uuid).toBe(text.toString('latin1', 0, 36));
  expect(domain.id).toBe(libvirt<number>('virDomainGetID', 'uint', POINTER)(pointer));
  const xmlOf = libvirt<string>('virDomainGetXMLDesc', NEW_STRING, POINTER, 'uint');
  expect(await domain.xml()).toBe(xmlOf(pointer, 0));
  expect(await domain.xml(DomainXMLFlags.INACTIVE)).toBe(xmlOf(pointer, 2));
  expect(await domain.osType()).toBe(libvirt<string>('virDomainGetOSType', NEW_STRING, POINTER)(pointer));
  expect(await domain.hostname()).toBe(
    libvirt<string>('virDomainGetHostname', NEW_STRING, POINTER, 'uint')(pointer, 0),
  );
});

test('the state and its reason, at each step', async () => {
  const stateOf = libvirt<number>('virDomainGetState', 'int', POINTER, out('int'), out('int'), 'uint');
  const steps = [() => domain.suspend(), () => domain.resume(), () => domain.destroy(), () => domain.create()];
  const seen = [];
  for (const step of steps) {
    await step();
    const [state, reason] = [[0], [0]];
    stateOf(pointer, state, reason, 0);
    expect(await domain.state()).toEqual({ state: state[0], reason: reason[0] });
    seen.push(state[0]);
  }
  expect(seen).toEqual([3, 1, 5, 1]);
});

test('info, 64 bits and all', async () => {
  const type = koffi.struct({
    state: 'uchar',
    maxMem: 'ulong',
    memory: 'ulong',
    nrVirtCpu: 'ushort',
    cpuTime: 'uint64',
  });
  const infoOf = libvirt<number>('virDomainGetInfo', 'int', POINTER, out(type));
  await domain.setMemory(1234567n);
  await domain.setVcpus(1);
  const before: Record<string, number | bigint> = {};
  infoOf(pointer, before);
  const info = await domain.info();
  const after: Record<string, number | bigint> = {};
  infoOf(pointer, after);
  expect(info).toEqual({
    state: before['state'],
    maxMemory: BigInt(before['maxMem']!),
    memory: 1234567n,
    vcpus: before['nrVirtCpu'],
    cpuTime: info.cpuTime,
  });
  expect(before['memory']).toBe(1234567);
  expect(info.cpuTime).toBeGreaterThanOrEqual(BigInt(before['cpuTime']!));
  expect(info.cpuTime).toBeLessThanOrEqual(BigInt(after['cpuTime']!));
});

test('memory: maximum, statistics by their tags', async () => {
  await domain.setMemory(2000000n, DomainMemoryModFlags.LIVE);
  const maxOf = libvirt<number | bigint>('virDomainGetMaxMemory', 'ulong', POINTER);
  expect(await domain.maxMemory()).toBe(BigInt(maxOf(pointer)));
  const most = 32;
  const statsOf = libvirt<number>('virDomainMemoryStats', 'int', POINTER, koffi.out(POINTER), 'uint', 'uint');
  const memory = Buffer.alloc(16 * most);
  const count = statsOf(pointer, memory, most, 0);
  const expected = Array.from({ length: count }, (_, index) => [
    DomainMemoryStatTags[memory.readInt32LE(16 * index)],
    memory.readBigUInt64LE(16 * index + 8),
  ]);
  expect(count).toBeGreaterThan(5);
  expect(await domain.memoryStats()).toEqual(Object.fromEntries(expected));
});

test('CPUs that a vCPU is pinned to, bit by bit', async () => {
  await domain.pinVcpu(1, [0, 2, 5]);
  const pinsOf = libvirt<number>('virDomainGetVcpuPinInfo', 'int', POINTER, 'int', koffi.out(POINTER), 'int', 'uint');
  const maps = Buffer.alloc(2);
  expect(pinsOf(pointer, 2, maps, 1, 0)).toBe(2);
  expect([...maps]).toEqual([0xff, 0b100101]);
  expect(await domain.vcpuPinInfo()).toEqual([
    [0, 1, 2, 3, 4, 5, 6, 7],
    [0, 2, 5],
  ]);
});

test('typed parameters: names, types and values', async () => {
  const SIZE = 96; // char field[80]; int type; and 8 bytes for any of the values
  await domain.setMemoryParameters({ hard_limit: 7000000n, soft_limit: 6000000n });
  const paramsOf = libvirt<number>(
    'virDomainGetMemoryParameters',
    'int',
    POINTER,
    koffi.out(POINTER),
    koffi.inout(koffi.pointer('int')),
    'uint',
  );
  const count = [3];
  const memory = Buffer.alloc(SIZE * 3);
  paramsOf(pointer, memory, count, 0);
  const expected = Array.from({ length: count[0]! }, (_, index) => {
    const param = memory.subarray(SIZE * index, SIZE * (index + 1));
    expect(param.readInt32LE(80)).toBe(4); // VIR_TYPED_PARAM_ULLONG
    return [param.toString('latin1', 0, param.indexOf(0)), param.readBigUInt64LE(88)];
  });
  expect(expected).toHaveLength(3);
  expect(await domain.memoryParameters()).toEqual(Object.fromEntries(expected));
});

test('block and autostart', async () => {
  const type = koffi.struct({ capacity: 'uint64', allocation: 'uint64', physical: 'uint64' });
  const blockOf = libvirt<number>('virDomainGetBlockInfo', 'int', POINTER, 'str', out(type), 'uint');
  const block: Record<string, number | bigint> = {};
  blockOf(pointer, 'vda', block, 0);
  expect(await domain.blockInfo('vda')).toEqual(
    Object.fromEntries(Object.entries(block).map(([name, value]) => [name, BigInt(value)])),
  );
  const autostartOf = libvirt<number>('virDomainGetAutostart', 'int', POINTER, out('int'));
  await domain.setAutostart(true);
  const autostart = [0];
  autostartOf(pointer, autostart);
  expect(autostart).toEqual([1]);
});

test('snapshots that one of them makes, the other has', async () => {
  await domain.createSnapshot('<domainsnapshot><name>one</name></domainsnapshot>');
  const create = libvirt<Pointer>('virDomainSnapshotCreateXML', POINTER, POINTER, 'str', 'uint');
  const free = libvirt<number>('virDomainSnapshotFree', 'int', POINTER);
  free(create(pointer, '<domainsnapshot><name>two</name></domainsnapshot>', 0));
  const count = libvirt<number>('virDomainSnapshotNum', 'int', POINTER, 'uint');
  expect(count(pointer, 0)).toBe(2);
  expect((await domain.listAllSnapshots()).map(({ name }) => name).sort()).toEqual(['one', 'two']);
  expect((await domain.currentSnapshot()).name).toBe('two');
});
