import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  ConnectDomainEventAgentLifecycleState,
  DomainBlockCommitFlags,
  DomainBlockJobType,
  DomainDeviceModifyFlags,
  DomainEventStoppedDetailType,
  DomainEventType,
  DomainEventWatchdogAction,
  DomainInterfaceAddressesSource,
  DomainMemoryModFlags,
  DomainMetadataType,
  DomainModificationImpact,
  DomainShutdownFlagValues,
  DomainSnapshotCreateFlags,
  DomainState,
  DomainVcpuFlags,
  LibvirtError,
  type Domain,
  type Events,
  type Network,
  type NetworkDHCPLease,
} from '../../src/native/libvirt';
import { first } from './events';
import { bootedConsole, leave, qcow2, readUntil, scratch, shell, withGuest } from './machine';

const isEvent = (wanted: DomainEventType) => (event: Events['domain.lifecycle']) => event.event === wanted;

/** dnsmasq tells libvirt of a lease when the guest has it already, and libvirt tells nobody: it has to be asked again. */
async function leaseOf(network: Network): Promise<NetworkDHCPLease> {
  for (;;) {
    const [lease] = await network.dhcpLeases();
    if (lease) return lease;
  }
}

async function stateOf(domain: Domain): Promise<string> {
  return DomainState[(await domain.state()).state];
}

test('a boot, a console in both directions, and a shutdown by ACPI, told by events', async () => {
  await withGuest({ name: 'console' }, async (domain, connection) => {
    const started = await first(connection, 'domain.lifecycle', isEvent(DomainEventType.STARTED));
    const stopped = await first(connection, 'domain.lifecycle', isEvent(DomainEventType.STOPPED));
    await domain.create();
    expect((await started.event).domain.name).toBe('console');

    const { console } = await bootedConsole(domain);
    expect(await shell(console, 'echo $((6*7))')).toContain('42');

    // libvirt gives a console to one reader at a time.
    await expect(domain.openConsole()).rejects.toMatchObject({ code: 'VIR_ERR_OPERATION_FAILED' });

    const ended = new Promise<void>((resolve) => console.once('close', resolve));
    console.resume();
    await domain.shutdown(DomainShutdownFlagValues.ACPI_POWER_BTN);
    expect((await stopped.event).detail).toBe(DomainEventStoppedDetailType.SHUTDOWN);
    await ended;
    expect(await stateOf(domain)).toBe('SHUTOFF');
  });
});

test('a console that is destroyed can be opened again at once', async () => {
  await withGuest({ name: 'reopen' }, async (domain) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    await leave(console);
    const again = await domain.openConsole();
    expect(await shell(again, 'echo $((6*7))')).toContain('42');
    again.destroy();
  });
});

test('the guest agent: it is announced, answers, and shuts the guest down', async () => {
  await withGuest({ name: 'agent', agent: true }, async (domain, connection) => {
    const connected = await first(
      connection,
      'domain.agentLifecycle',
      ({ state }) => state === ConnectDomainEventAgentLifecycleState.CONNECTED,
    );
    const stopped = await first(connection, 'domain.lifecycle', isEvent(DomainEventType.STOPPED));
    await domain.create();
    await connected.event;
    const reply = JSON.parse(await domain.agentCommand('{"execute":"guest-info"}', 20)) as { return: object };
    expect(reply.return).toHaveProperty('version');
    await expect(domain.agentCommand('{"execute":"no-such-command"}', 20)).rejects.toMatchObject({
      code: 'VIR_ERR_INTERNAL_ERROR',
    });
    expect(JSON.parse(await domain.monitorCommand('{"execute":"query-status"}'))).toMatchObject({
      return: { status: 'running' },
    });
    const failure: unknown = await domain
      .shutdown(DomainShutdownFlagValues.GUEST_AGENT)
      .catch((error: unknown) => error);
    // The agent gives no answer to this: libvirt waits for the guest's end, and ends QEMU then. On a busy host the thread
    // that waits wakes only after that, and libvirt tells it of the agent's closed socket first (qemuAgentSend).
    if (failure !== undefined) {
      expect(failure).toMatchObject({
        code: 'VIR_ERR_INTERNAL_ERROR',
        message: expect.stringMatching(/End of file from agent socket$/) as string,
      });
    }
    // Either way the guest went down by itself, and was not ended.
    expect(await stopped.event).toMatchObject({ detail: DomainEventStoppedDetailType.SHUTDOWN });
  });
});

test('an address by each source, and the lease, on a network of its own', async () => {
  await withGuest({ name: 'address', agent: true, network: { name: 'hvkit-lab' } }, async (domain, connection) => {
    const network = await connection.defineNetwork(`
      <network>
        <name>hvkit-lab</name>
        <forward mode="nat"/>
        <bridge name="hvkitlab0"/>
        <ip address="192.168.177.1" netmask="255.255.255.0"><dhcp><range start="192.168.177.10" end="192.168.177.19"/></dhcp></ip>
      </network>`);
    try {
      await network.create();
      const connected = await first(connection, 'domain.agentLifecycle', ({ state }) => state === 1);
      await domain.create();
      const console = await domain.openConsole();
      await readUntil(console, 'hvkit-guest address');
      await leave(console);
      await connected.event;
      const lease = await leaseOf(network);
      expect(lease).toMatchObject({ interface: 'hvkitlab0', hostname: 'address', prefix: 24 });
      expect(lease.address).toMatch(/^192\.168\.177\.1\d$/);
      expect(typeof lease.expiryTime).toBe('bigint');
      expect(await network.dhcpLeases(lease.mac ?? '')).toEqual([lease]);
      expect(await network.dhcpLeases('52:54:00:00:00:01')).toEqual([]);

      const { LEASE, AGENT } = DomainInterfaceAddressesSource;
      const addressOf = async (source: DomainInterfaceAddressesSource) =>
        (await domain.interfaceAddresses(source)).flatMap(({ addresses }) => addresses.map(({ address }) => address));
      expect(await addressOf(LEASE)).toContain(lease.address);
      expect(await addressOf(AGENT)).toContain(lease.address);

      const [nic] = await domain.interfaceAddresses(LEASE);
      const stats = await domain.interfaceStats(nic?.name ?? '');
      expect(stats.rxPackets).toBeGreaterThan(0n);
    } finally {
      await domain.destroy();
      await network.destroy();
      await network.undefine();
    }
  });
});

test('snapshots of a running guest: memory and disk go back', async () => {
  const disk = qcow2(scratch(), 'snapshot.qcow2', '64M');
  await withGuest({ name: 'snapshot', disks: [{ path: disk, format: 'qcow2' }] }, async (domain) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    await shell(console, 'echo before >/when');
    const snapshot = await domain.createSnapshot('<domainsnapshot><name>first</name></domainsnapshot>');
    expect(snapshot.name).toBe('first');
    expect((await domain.currentSnapshot()).name).toBe('first');
    const second = await domain.createSnapshot('<domainsnapshot><name>second</name></domainsnapshot>');
    expect((await second.parent()).name).toBe('first');
    expect((await snapshot.listAllChildren()).map(({ name }) => name)).toEqual(['second']);
    await shell(console, 'echo after >/when');
    await leave(console);

    await snapshot.revert();
    const again = await domain.openConsole();
    expect(await shell(again, 'cat /when')).toContain('before');
    again.destroy();
    expect(await snapshot.isCurrent()).toBe(true);
    await second.delete();
    await snapshot.delete();
    expect(await domain.listAllSnapshots()).toEqual([]);
  });
});

test('managed save and save to a file: the guest goes on where it was', async () => {
  const folder = scratch();
  await withGuest({ name: 'saved' }, async (domain, connection) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    await shell(console, 'echo still here >/note');
    await leave(console);

    await domain.managedSave();
    expect(await stateOf(domain)).toBe('SHUTOFF');
    expect(await domain.hasManagedSaveImage()).toBe(true);
    await domain.create();
    expect(await domain.hasManagedSaveImage()).toBe(false);

    const file = join(folder, 'saved.img');
    await domain.save(file);
    expect(await connection.savedImageXml(file)).toContain('<name>saved</name>');
    await connection.restoreDomain(file);
    const again = await domain.openConsole();
    expect(await shell(again, 'cat /note')).toContain('still here');
    again.destroy();
  });
});

test('disks come and go, grow and are copied while the guest runs', async () => {
  const folder = scratch();
  const root = qcow2(folder, 'root.qcow2', '64M');
  const more = qcow2(folder, 'more.qcow2', '32M');
  await withGuest({ name: 'disks', disks: [{ path: root, format: 'qcow2' }] }, async (domain, connection) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    await leave(console);

    const device = `<disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="${more}"/><target dev="vdb" bus="virtio"/></disk>`;
    const added = await first(connection, 'domain.deviceAdded');
    await domain.attachDevice(device, DomainDeviceModifyFlags.LIVE);
    expect((await added.event).device).toBe('virtio-disk1');
    expect((await domain.blockInfo('vdb')).capacity).toBe(32n << 20n);
    const removed = await first(connection, 'domain.deviceRemoved');
    await domain.detachDevice(device, DomainDeviceModifyFlags.LIVE);
    expect((await removed.event).device).toBe('virtio-disk1');

    await domain.blockResize('vda', 128 * 1024);
    expect((await domain.blockInfo('vda')).capacity).toBe(128n << 20n);
    expect((await domain.blockStats('vda')).rdReq).toBeGreaterThanOrEqual(0n);

    // An external snapshot puts an overlay on top; committing it is a block job with events.
    await domain.createSnapshot(
      `<domainsnapshot><name>overlay</name><disks><disk name="vda"><source file="${join(folder, 'overlay.qcow2')}"/></disk></disks></domainsnapshot>`,
      DomainSnapshotCreateFlags.DISK_ONLY | DomainSnapshotCreateFlags.NO_METADATA,
    );
    const ready = await first(connection, 'domain.blockJob2', ({ status }) => status === 3);
    await domain.blockCommit('vda', { flags: DomainBlockCommitFlags.ACTIVE });
    expect(await ready.event).toMatchObject({ disk: 'vda', type: DomainBlockJobType.ACTIVE_COMMIT });
    expect((await domain.blockJobInfo('vda'))?.type).toBe(DomainBlockJobType.ACTIVE_COMMIT);
    const done = await first(connection, 'domain.blockJob2', ({ status }) => status === 0);
    await domain.blockJobAbort('vda', 2);
    await done.event;
    expect(await domain.xml()).not.toContain('overlay.qcow2');
  });
});

test('vCPUs, memory, metadata and tunables change live, and say so', async () => {
  await withGuest({ name: 'live', vcpus: 1, maxVcpus: 2, memoryMiB: 160 }, async (domain, connection) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    await leave(console);

    await domain.setVcpus(2, DomainVcpuFlags.LIVE);
    expect(await domain.vcpuCount(DomainVcpuFlags.LIVE)).toBe(2);
    expect(await domain.vcpuCount(DomainVcpuFlags.CONFIG)).toBe(1);
    expect(await domain.vcpus()).toHaveLength(2);

    const balloon = await first(connection, 'domain.balloonChange', ({ memory }) => memory <= 140n << 10n);
    await domain.setMemory(140 << 10, DomainMemoryModFlags.LIVE);
    await balloon.event;
    expect((await domain.info()).memory).toBe(140n << 10n);
    expect((await domain.memoryStats()).ACTUAL_BALLOON).toBe(140n << 10n);

    const changed = await first(connection, 'domain.metadataChange');
    await domain.setTitle('A lively one', DomainModificationImpact.LIVE);
    expect((await changed.event).type).toBe(DomainMetadataType.TITLE);
    expect(await domain.title(DomainModificationImpact.LIVE)).toBe('A lively one');

    const [record] = await connection.domainStats([domain]);
    expect(record?.stats['vcpu.current']).toBe(2);
    expect(typeof record?.stats['cpu.time']).toBe('bigint');
  });
});

test('a reboot from inside, a watchdog, a QEMU that is killed: each is told as what it was', async () => {
  await withGuest({ name: 'trouble', watchdog: 'none' }, async (domain, connection) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    const reboot = await first(connection, 'domain.reboot');
    console.write('reboot\n');
    expect((await reboot.event).domain.name).toBe('trouble');
    await readUntil(console, 'hvkit-guest ready');

    const watchdog = await first(connection, 'domain.watchdog');
    console.write('trigger-watchdog\n');
    expect((await watchdog.event).action).toBe(DomainEventWatchdogAction.NONE);
    await leave(console);

    const stopped = await first(connection, 'domain.lifecycle', isEvent(DomainEventType.STOPPED));
    await domain.destroy();
    expect((await stopped.event).detail).toBe(DomainEventStoppedDetailType.DESTROYED);
  });
});

test('an error of a real hypervisor has its number, its part of libvirt and its words', async () => {
  await withGuest({ name: 'errors' }, async (domain, connection) => {
    const failure: unknown = await domain.shutdown().catch((error: unknown) => error);
    expect(LibvirtError.is(failure) && [failure.code, failure.domain]).toEqual([
      'VIR_ERR_OPERATION_INVALID',
      'VIR_FROM_QEMU',
    ]);
    await expect(connection.createDomain('<domain/>')).rejects.toMatchObject({ code: 'VIR_ERR_NO_NAME' });
    // Larger than any message that libvirt sends.
    const huge = `<domain type="qemu"><name>${'x'.repeat(40 << 20)}</name></domain>`;
    await expect(connection.defineDomain(huge)).rejects.toMatchObject({ code: 'VIR_ERR_RPC' });
    expect(await connection.isAlive()).toBe(true);
  });
});

test('volumes: upload and download move the same bytes, through real streams', async () => {
  await withGuest({ name: 'volumes' }, async (_domain, connection) => {
    const folder = scratch();
    const pool = await connection.createStoragePool(
      `<pool type="dir"><name>lab</name><target><path>${folder}</path></target></pool>`,
    );
    try {
      const size = 3_000_001;
      const bytes = Buffer.alloc(size, 'hvkit ');
      const volume = await pool.createVolume(
        `<volume><name>data</name><capacity unit="bytes">${size}</capacity><target><format type="raw"/></target></volume>`,
      );
      const upload = await volume.upload();
      const uploaded = new Promise((resolve, reject) => upload.once('close', resolve).once('error', reject));
      upload.end(bytes);
      await uploaded;
      const chunks: Buffer[] = [];
      for await (const chunk of await volume.download()) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
      await volume.resize(4_000_000);
      expect((await volume.info()).capacity).toBe(4_000_000n);
      writeFileSync(join(folder, 'stray'), 'x');
      await pool.refresh();
      expect((await pool.listAllVolumes()).map(({ name }) => name).toSorted()).toEqual(['data', 'stray']);
      await volume.delete();
    } finally {
      await pool.destroy();
    }
  });
});
