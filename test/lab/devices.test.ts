import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import {
  connect,
  ConnectListAllNodeDeviceFlags,
  CPUCompareResult,
  NetworkEventLifecycleType,
  NetworkUpdateCommand,
  NetworkUpdateFlags,
  NetworkUpdateSection,
  NodeDeviceEventLifecycleType,
  SecretEventLifecycleType,
  SecretUsageType,
  StoragePoolEventLifecycleType,
  StorageVolDeleteFlags,
  type Connection,
} from '../../src/native/libvirt';
import { first, record } from './events';
import { scratch } from './machine';

let connection: Connection;

beforeAll(async () => {
  connection = await connect('qemu:///system');
});

afterAll(async () => {
  await connection.close();
});

test('a secret keeps its bytes, and its changes are told', async () => {
  const life = await record(connection, 'secret.lifecycle', ({ event }) => SecretEventLifecycleType[event]);
  const changed = await first(connection, 'secret.valueChanged');
  const secret = await connection.defineSecret(
    '<secret ephemeral="no" private="no"><usage type="volume"><volume>/lab/secret</volume></usage></secret>',
  );
  await expect(secret.value()).rejects.toMatchObject({ code: 'VIR_ERR_NO_SECRET' });

  expect([secret.usageType, secret.usageId]).toEqual([SecretUsageType.VOLUME, '/lab/secret']);
  const bytes = Buffer.from([1, 0, 255, 3]);
  await secret.setValue(bytes);
  expect((await changed.event).secret.uuid).toBe(secret.uuid);
  expect(await secret.value()).toEqual(bytes);
  expect((await connection.lookupSecretByUsage(SecretUsageType.VOLUME, '/lab/secret')).uuid).toBe(secret.uuid);
  expect((await connection.listAllSecrets()).map(({ uuid }) => uuid)).toContain(secret.uuid);

  const hidden = await connection.defineSecret(
    '<secret ephemeral="no" private="yes"><usage type="ceph"><name>lab</name></usage></secret>',
  );
  await hidden.setValue(bytes);
  await expect(hidden.value()).rejects.toMatchObject({ code: 'VIR_ERR_INVALID_SECRET' });
  await hidden.undefine();

  await secret.undefine();
  expect(await life.seen(4)).toEqual(['DEFINED', 'DEFINED', 'UNDEFINED', 'UNDEFINED']);
  await expect(connection.lookupSecretByUuid(secret.uuid)).rejects.toMatchObject({ code: 'VIR_ERR_NO_SECRET' });
});

const NETWORK = `
  <network>
    <name>hvkit-devices</name>
    <forward mode="nat"/>
    <bridge name="hvkitdev0"/>
    <ip address="192.168.178.1" netmask="255.255.255.0">
      <dhcp><range start="192.168.178.10" end="192.168.178.20"/></dhcp>
    </ip>
  </network>`;

test('a network changes while it runs: hosts, ranges and names, live and in its definition', async () => {
  const life = await record(connection, 'network.lifecycle', ({ event }) => NetworkEventLifecycleType[event]);
  const network = await connection.defineNetwork(NETWORK);
  try {
    await network.create();
    expect(await network.bridgeName()).toBe('hvkitdev0');
    expect(execFileSync('ip', ['-o', 'address', 'show', 'hvkitdev0'], { encoding: 'utf8' })).toContain(
      '192.168.178.1/24',
    );

    const { IP_DHCP_HOST, IP_DHCP_RANGE, DNS_HOST, DNS_TXT } = NetworkUpdateSection;
    const additions: [NetworkUpdateSection, string, string][] = [
      [IP_DHCP_HOST, '<host mac="52:54:00:00:00:01" ip="192.168.178.5"/>', '192.168.178.5'],
      [IP_DHCP_RANGE, '<range start="192.168.178.30" end="192.168.178.40"/>', '192.168.178.30'],
      [DNS_HOST, '<host ip="192.168.178.7"><hostname>seven</hostname></host>', 'seven'],
      [DNS_TXT, '<txt name="lab" value="some words"/>', 'some words'],
    ];
    for (const [section, xml, sign] of additions) {
      await network.update(NetworkUpdateCommand.ADD_LAST, section, xml, { flags: NetworkUpdateFlags.AFFECT_LIVE });
      expect(await network.xml()).toContain(sign);
      await network.update(NetworkUpdateCommand.DELETE, section, xml, { flags: NetworkUpdateFlags.AFFECT_LIVE });
      expect(await network.xml()).not.toContain(sign);
    }

    const both = NetworkUpdateFlags.AFFECT_LIVE | NetworkUpdateFlags.AFFECT_CONFIG;
    const host = '<host mac="52:54:00:00:00:01" ip="192.168.178.5"/>';
    await network.update(NetworkUpdateCommand.ADD_LAST, IP_DHCP_HOST, host, { parentIndex: 0, flags: both });
    expect(readFileSync('/var/lib/libvirt/dnsmasq/hvkit-devices.hostsfile', 'utf8')).toContain('192.168.178.5');
    await expect(
      network.update(NetworkUpdateCommand.ADD_LAST, IP_DHCP_HOST, host, { flags: both }),
    ).rejects.toMatchObject({ code: 'VIR_ERR_OPERATION_INVALID' });

    await network.destroy();
    await network.create();
    expect(await network.xml()).toContain('192.168.178.5');
  } finally {
    await network.destroy();
    await network.undefine();
  }
  expect(await life.seen(6)).toEqual(['DEFINED', 'STARTED', 'STOPPED', 'STARTED', 'STOPPED', 'UNDEFINED']);
});

test('a port of a network: its limits, its way back to the network, its end', async () => {
  const network = await connection.createNetwork(NETWORK.replace('hvkit-devices', 'hvkit-ports'));
  try {
    expect(await network.listAllPorts()).toEqual([]);
    const uuid = '33333333-2222-3333-4444-555555555555';
    const port = await network.createPort(`
      <networkport>
        <uuid>${uuid}</uuid>
        <owner><name>somebody</name><uuid>11111111-2222-3333-4444-555555555555</uuid></owner>
        <mac address="52:54:00:00:00:09"/>
      </networkport>`);
    expect(port.uuid).toBe(uuid);
    expect(await port.xml()).toContain('52:54:00:00:00:09');
    await port.setParameters({ 'inbound.average': 1000 });
    expect(await port.parameters()).toMatchObject({ 'inbound.average': 1000 });
    expect((await network.lookupPortByUuid(uuid)).network.name).toBe('hvkit-ports');
    expect(await network.listAllPorts()).toHaveLength(1);
    await port.delete();
    expect(await network.listAllPorts()).toEqual([]);
    await expect(network.lookupPortByUuid(uuid)).rejects.toMatchObject({ code: 'VIR_ERR_NO_NETWORK_PORT' });
  } finally {
    await network.destroy();
  }
});

test('a filter is bound to an interface, and is in use until it is unbound', async () => {
  execFileSync('ip', ['link', 'add', 'hvkitflt0', 'type', 'bridge']);
  const filter = await connection.defineNWFilter(
    '<filter name="lab-filter" chain="root"><rule action="accept" direction="out"><ip/></rule></filter>',
  );
  try {
    expect((await connection.lookupNWFilterByUuid(filter.uuid)).name).toBe('lab-filter');
    expect((await connection.listAllNWFilters()).map(({ name }) => name)).toContain('lab-filter');
    const changed = await connection.defineNWFilter((await filter.xml()).replace("action='accept'", "action='drop'"));
    expect(await changed.xml()).toContain("action='drop'");

    const binding = await connection.createNWFilterBinding(`
      <filterbinding>
        <owner><name>somebody</name><uuid>11111111-2222-3333-4444-555555555555</uuid></owner>
        <portdev name="hvkitflt0"/>
        <mac address="52:54:00:00:00:0a"/>
        <filterref filter="lab-filter"/>
      </filterbinding>`);
    expect([binding.portDev, binding.filterName]).toEqual(['hvkitflt0', 'lab-filter']);
    expect((await connection.lookupNWFilterBindingByPortDev('hvkitflt0')).filterName).toBe('lab-filter');
    expect(await connection.listAllNWFilterBindings()).toHaveLength(1);
    expect(await binding.xml()).toContain('52:54:00:00:00:0a');
    await expect(filter.undefine()).rejects.toMatchObject({ code: 'VIR_ERR_OPERATION_INVALID' });
    await binding.delete();
    expect(await connection.listAllNWFilterBindings()).toEqual([]);
  } finally {
    await filter.undefine();
    execFileSync('ip', ['link', 'delete', 'hvkitflt0']);
  }
  await expect(connection.lookupNWFilterByName('lab-filter')).rejects.toMatchObject({ code: 'VIR_ERR_NO_NWFILTER' });
});

test('a pool from its definition to its deletion, told by events', async () => {
  const life = await record(connection, 'pool.lifecycle', ({ event }) => StoragePoolEventLifecycleType[event]);
  const target = join(scratch(), 'pool');
  const pool = await connection.defineStoragePool(
    `<pool type="dir"><name>lab-life</name><target><path>${target}</path></target></pool>`,
  );
  expect(existsSync(target)).toBe(false);
  await pool.build();
  expect(existsSync(target)).toBe(true);
  await pool.create();
  expect((await connection.lookupStoragePoolByTargetPath(target)).name).toBe('lab-life');
  const refreshed = await first(connection, 'pool.refresh', (event) => event.pool.name === 'lab-life');
  await pool.refresh();
  await refreshed.event;
  await pool.setAutostart(true);
  expect(await pool.autostart()).toBe(true);
  await pool.destroy();
  await pool.delete();
  expect(existsSync(target)).toBe(false);
  await pool.undefine();
  expect(await life.seen(6)).toEqual(['DEFINED', 'CREATED', 'STARTED', 'STOPPED', 'DELETED', 'UNDEFINED']);
});

test('volumes: found by path and key, cloned with their bytes, wiped', async () => {
  const target = scratch();
  const pool = await connection.createStoragePool(
    `<pool type="dir"><name>lab-volumes</name><target><path>${target}</path></target></pool>`,
  );
  try {
    const xml = (name: string) =>
      `<volume><name>${name}</name><capacity>8192</capacity><target><format type="raw"/></target></volume>`;
    const volume = await pool.createVolume(xml('one'));
    const path = await volume.path();
    expect(path).toBe(join(target, 'one'));
    expect((await connection.lookupStorageVolumeByPath(path)).name).toBe('one');
    expect((await connection.lookupStorageVolumeByKey(volume.key)).name).toBe('one');
    expect((await volume.pool()).name).toBe('lab-volumes');

    writeFileSync(path, Buffer.alloc(8192, 'secret'));
    const clone = await pool.createVolumeFrom(xml('two'), volume);
    expect(readFileSync(await clone.path())).toEqual(Buffer.alloc(8192, 'secret'));

    await volume.wipe();
    expect(readFileSync(path).equals(Buffer.alloc(8192))).toBe(true);
    expect(readFileSync(await clone.path()).includes('secret')).toBe(true);

    await clone.delete();
    expect(existsSync(join(target, 'two'))).toBe(false);
    await expect(pool.lookupVolumeByName('two')).rejects.toMatchObject({ code: 'VIR_ERR_NO_STORAGE_VOL' });
    await volume.delete(StorageVolDeleteFlags.NORMAL);
    await expect(connection.lookupStorageVolumeByPath(path)).rejects.toMatchObject({ code: 'VIR_ERR_NO_STORAGE_VOL' });
  } finally {
    await pool.destroy();
  }
});

test('an interface of the host that comes, changes and goes is told as a device', async () => {
  const life = await record(connection, 'nodeDevice.lifecycle', ({ event, device }) => [
    NodeDeviceEventLifecycleType[event],
    device.name,
  ]);
  const update = await first(connection, 'nodeDevice.update');
  const tell = (action: string): void => {
    execFileSync('python3', [join(__dirname, 'children', 'udev-event.py'), action, 'hvkitnode0']);
  };
  execFileSync('ip', ['link', 'add', 'hvkitnode0', 'address', '02:00:00:00:00:07', 'type', 'bridge']);
  tell('add');
  tell('change');
  const name = 'net_hvkitnode0_02_00_00_00_00_07';
  expect((await update.event).device.name).toBe(name);
  expect(await (await connection.lookupNodeDeviceByName(name)).listCaps()).toEqual(['net']);
  execFileSync('ip', ['link', 'delete', 'hvkitnode0']);
  tell('remove');
  expect(await life.seen(2)).toEqual([
    ['CREATED', name],
    ['DELETED', name],
  ]);
});

test('the host: its devices, its memory, what guests it can have', async () => {
  const devices = await connection.listAllNodeDevices();
  expect(devices.map(({ name }) => name)).toContain('computer');
  const loopback = await connection.lookupNodeDeviceByName('net_lo_00_00_00_00_00_00');
  expect(await loopback.listCaps()).toContain('net');
  expect(await loopback.xml()).toContain('<interface>lo</interface>');
  expect(await loopback.parent()).toBe('computer');
  expect(await (await connection.lookupNodeDeviceByName('computer')).parent()).toBeUndefined();
  const nets = await connection.listAllNodeDevices(ConnectListAllNodeDeviceFlags.CAP_NET);
  expect(nets.map(({ name }) => name)).toContain(loopback.name);
  expect(nets.every(({ name }) => name.startsWith('net_'))).toBe(true);

  const total = BigInt(/MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? '0');
  expect((await connection.nodeMemoryStats())['total']).toBe(total);
  expect((await connection.nodeInfo()).cpus).toBe(availableParallelism());
  expect(await connection.nodeFreeMemory()).toBeGreaterThan(0n);

  const guests = await connection.domainCapabilities({ arch: 'x86_64', type: 'qemu', machine: 'q35' });
  expect(guests).toContain('<domain>qemu</domain>');
  expect(guests).toContain('qemu-system-x86_64');
  const own = /<cpu>[^]*?<\/cpu>/.exec(await connection.capabilities())?.[0] ?? '';
  expect([CPUCompareResult.IDENTICAL, CPUCompareResult.SUPERSET]).toContain(await connection.compareCpu(own));
  expect(await connection.cpuModelNames('x86_64')).toContain('Nehalem');
  expect(await connection.compareCpu('<cpu match="exact"><model>486</model></cpu>')).not.toBe(
    CPUCompareResult.IDENTICAL,
  );
  await expect(connection.compareCpu('<cpu match="exact"><model>unheard-of</model></cpu>')).rejects.toMatchObject({
    domain: 'VIR_FROM_CPU',
  });
});
