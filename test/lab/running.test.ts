import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import {
  ConnectDomainEventAgentLifecycleState,
  DomainDeviceModifyFlags,
  DomainEventStoppedDetailType,
  DomainEventType,
  DomainGetJobStatsFlags,
  DomainGuestInfoTypes,
  DomainJobOperation,
  DomainJobType,
  DomainMemoryFlags,
  DomainModificationImpact,
  DomainState,
  DomainStatsTypes,
  DomainXMLFlags,
  ErrorNumber,
  LibvirtError,
  type Domain,
} from '../../src/native/libvirt';
import { first } from './events';
import { bootedConsole, leave, qcow2, scratch, shell, withGuest } from './machine';

const { CONNECTED } = ConnectDomainEventAgentLifecycleState;
const LIVE = DomainModificationImpact.LIVE;

test('bytes of a disk and of memory, read from outside of the guest', async () => {
  const disk = { path: join(scratch(), 'peek.raw'), format: 'raw' as const };
  writeFileSync(disk.path, Buffer.alloc(1 << 20));
  await withGuest({ name: 'peek', disks: [disk] }, async (domain) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    await shell(console, 'printf peekaboo | dd of=/dev/vda bs=512 seek=9 conv=fsync');
    await leave(console);
    expect((await domain.blockPeek('vda', 512 * 9, 8)).toString()).toBe('peekaboo');
    // The BIOS has its reset vector, a far jump, at the end of the first mebibyte.
    const reset = await domain.memoryPeek(0xffff0, 16, DomainMemoryFlags.PHYSICAL);
    expect(reset).toHaveLength(16);
    expect(reset[0]).toBe(0xea);
  });
});

test('the agent tells of the guest: system, host name, time', async () => {
  const disk = { path: qcow2(scratch(), 'agent.qcow2', '16M'), format: 'qcow2' as const };
  await withGuest({ name: 'told', agent: true, disks: [disk] }, async (domain, connection) => {
    const connected = await first(connection, 'domain.agentLifecycle', ({ state }) => state === CONNECTED);
    await domain.create();
    await connected.event;
    await domain.agentSetResponseTimeout(60);
    const { OS, HOSTNAME } = DomainGuestInfoTypes;
    const info = await domain.guestInfo(OS | HOSTNAME);
    expect(info).toMatchObject({ hostname: 'told', 'os.machine': 'x86_64', 'os.id': 'hvkit-guest' });

    const { seconds } = await domain.time();
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(3600);
  });
});

test('a picture of the screen, and another password for it', async () => {
  await withGuest({ name: 'screen' }, async (headless, connection) => {
    await expect(headless.screenshot()).rejects.toMatchObject({ code: 'VIR_ERR_OPERATION_INVALID' });
    const display =
      '<graphics type="vnc" autoport="yes" listen="127.0.0.1" passwd="first"/><video><model type="vga" vram="16384"/></video></devices>';
    const domain = await connection.defineDomain((await headless.xml()).replace('</devices>', display));
    await domain.create();
    const { mimeType, image } = await domain.screenshot();
    const chunks: Buffer[] = [];
    for await (const chunk of image) chunks.push(chunk as Buffer);
    const picture = Buffer.concat(chunks);
    if (mimeType === 'image/png') expect(picture.subarray(1, 4).toString()).toBe('PNG');
    else expect([mimeType, picture.subarray(0, 2).toString()]).toEqual(['image/x-portable-pixmap', 'P6']);
    expect(picture.length).toBeGreaterThan(1000);

    await domain.updateDevice(
      '<graphics type="vnc" autoport="yes" listen="127.0.0.1" passwd="changed"/>',
      DomainDeviceModifyFlags.LIVE,
    );
    expect(await domain.xml(DomainXMLFlags.SECURE)).toContain("passwd='changed'");
  });
});

test('a disk is detached by its alias', async () => {
  const folder = scratch();
  const root = { path: qcow2(folder, 'root.qcow2', '16M'), format: 'qcow2' as const };
  const more = qcow2(folder, 'more.qcow2', '16M');
  await withGuest({ name: 'alias', disks: [root] }, async (domain, connection) => {
    await domain.create();
    await leave((await bootedConsole(domain)).console);
    const device = `<disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="${more}"/><target dev="vdb" bus="virtio"/><alias name="ua-more"/></disk>`;
    await domain.attachDevice(device, DomainDeviceModifyFlags.LIVE);
    const removed = await first(connection, 'domain.deviceRemoved');
    await domain.detachDeviceAlias('ua-more', DomainDeviceModifyFlags.LIVE);
    expect((await removed.event).device).toBe('ua-more');
    expect(await domain.xml()).not.toContain('more.qcow2');
  });
});

test('limits of a disk and a threshold: both are told', async () => {
  const disk = { path: qcow2(scratch(), 'limits.qcow2', '64M'), format: 'qcow2' as const };
  await withGuest({ name: 'limits', disks: [disk] }, async (domain, connection) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    const tuned = await first(connection, 'domain.tunable');
    await domain.setBlockIoTune('vda', { total_bytes_sec: 50_000_000n }, LIVE);
    expect((await tuned.event).parameters).toMatchObject({
      'blkdeviotune.disk': 'vda',
      'blkdeviotune.total_bytes_sec': 50_000_000n,
    });
    expect(await domain.blockIoTune('vda', LIVE)).toMatchObject({ total_bytes_sec: 50_000_000n });

    const crossed = await first(connection, 'domain.blockThreshold');
    await domain.setBlockThreshold('vda', 1 << 20);
    await shell(console, 'dd if=/dev/urandom of=/dev/vda bs=64k count=64 conv=fsync');
    await leave(console);
    expect(await crossed.event).toMatchObject({ device: 'vda', threshold: 1n << 20n });
    expect((await domain.blockStatsFlags('vda'))['wr_bytes']).toBeGreaterThanOrEqual(4n << 20n);
  });
});

async function isUnderWay(domain: Domain): Promise<boolean> {
  try {
    await domain.backupXml();
    return true;
  } catch (error) {
    if (LibvirtError.is(error) && error.number === ErrorNumber.NO_DOMAIN_BACKUP) return false;
    throw error;
  }
}

test('a checkpoint, what changed since, and a full and an incremental backup', async () => {
  const folder = scratch();
  const disk = { path: qcow2(folder, 'history.qcow2', '16M'), format: 'qcow2' as const };
  await withGuest({ name: 'history', disks: [disk] }, async (domain, connection) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    await shell(console, 'printf first-words | dd of=/dev/vda conv=fsync');

    const backup = async (name: string, since: string) => {
      const done = await first(connection, 'domain.jobCompleted');
      const file = join(folder, name);
      await domain.backupBegin(
        `<domainbackup mode="push">${since}<disks><disk name="vda" type="file"><driver type="qcow2"/><target file="${file}"/></disk></disks></domainbackup>`,
        { checkpointXml: `<domaincheckpoint><name>${name}</name></domaincheckpoint>` },
      );
      expect((await done.event).parameters).toMatchObject({ operation: DomainJobOperation.BACKUP, success: true });
      // The event comes before QEMU has let go of the file and libvirt of the job.
      while (await isUnderWay(domain)) await setTimeout(100);
      return file;
    };
    const full = await backup('one', '');
    execFileSync('qemu-img', ['convert', '-U', '-O', 'raw', full, `${full}.raw`]);
    expect(readFileSync(`${full}.raw`).subarray(0, 11).toString()).toBe('first-words');

    await shell(console, 'printf later-words | dd of=/dev/vda bs=1M seek=8 conv=fsync');
    await leave(console);
    const increment = await backup('two', '<incremental>one</incremental>');
    const map = execFileSync('qemu-img', ['map', '-U', '--output=json', increment], { encoding: 'utf8' });
    const regions = JSON.parse(map) as { start: number; depth: number; data: boolean }[];
    expect(regions.filter(({ depth, data }) => depth === 0 && data).map(({ start }) => start)).toEqual([8 << 20]);

    const three = await domain.createCheckpoint('<domaincheckpoint><name>three</name></domaincheckpoint>');
    const two = await three.parent();
    const one = await domain.lookupCheckpointByName('one');
    expect((await two.parent()).name).toBe('one');
    expect((await one.listAllChildren()).map(({ name }) => name)).toEqual(['two']);
    expect((await domain.listAllCheckpoints()).map(({ name }) => name).toSorted()).toEqual(['one', 'three', 'two']);
    expect(await one.xml()).toContain('<name>one</name>');
    await three.delete();
    await two.delete();
    await one.delete();
    expect(await domain.listAllCheckpoints()).toEqual([]);
    await expect(domain.lookupCheckpointByName('one')).rejects.toMatchObject({
      code: 'VIR_ERR_NO_DOMAIN_CHECKPOINT',
    });
  });
});

test('a save is a job that can be asked about, and its end is told; so is how fast memory changes', async () => {
  const file = join(scratch(), 'job.img');
  await withGuest({ name: 'job' }, async (domain, connection) => {
    await domain.create();
    await leave((await bootedConsole(domain)).console);
    expect((await domain.jobStats()).type).toBe(DomainJobType.NONE);

    await domain.startDirtyRateCalc(1);
    const rate = async () => (await connection.domainStats([domain], DomainStatsTypes.DIRTYRATE))[0]?.stats ?? {};
    while ((await rate())['dirtyrate.calc_status'] !== 2) await setTimeout(200);
    expect(typeof (await rate())['dirtyrate.megabytes_per_second']).toBe('bigint');

    const completed = await first(connection, 'domain.jobCompleted');
    await domain.save(file);
    expect((await completed.event).parameters).toMatchObject({ operation: DomainJobOperation.SAVE });
    expect(statSync(file).size).toBeGreaterThan(1 << 20);
    await connection.restoreDomain(file);
    const { type } = await domain.jobStats(DomainGetJobStatsFlags.COMPLETED);
    expect([DomainJobType.NONE, DomainJobType.COMPLETED]).toContain(type);
    expect((await domain.state()).state).toBe(DomainState.RUNNING);
  });
});

test('a QEMU that is killed is told as a failure, not as a shutdown', async () => {
  await withGuest({ name: 'killed' }, async (domain, connection) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    const closed = new Promise<unknown>((resolve) => console.once('close', resolve).on('error', () => undefined));
    console.resume();
    const stopped = await first(connection, 'domain.lifecycle', ({ event }) => event === DomainEventType.STOPPED);
    process.kill(Number(readFileSync('/run/libvirt/qemu/killed.pid', 'utf8')), 'SIGKILL');
    expect((await stopped.event).detail).toBe(DomainEventStoppedDetailType.FAILED);
    await closed;
    expect((await domain.state()).state).toBe(DomainState.SHUTOFF);
  });
});
