import {
  DomainControlState,
  DomainCreateFlags,
  DomainDestroyFlagsValues,
  DomainLifecycle,
  DomainLifecycleAction,
  DomainPausedReason,
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
  DomainUndefineFlagsValues,
  type Connection,
  type Domain,
} from '../../src/native/libvirt';
import { connectToDomains, domainXml, RUNNING_UUID, STOPPED_UUID } from './domain-node';
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

describe('identity', () => {
  test('name, UUID and id, without asking', () => {
    expect([running.name, running.uuid, running.id]).toEqual(['running', RUNNING_UUID, 1]);
    expect([stopped.name, stopped.uuid, stopped.id]).toEqual(['stopped', STOPPED_UUID, undefined]);
    expect(running.connection).toBe(connection);
  });

  test('the id comes and goes with the machine', async () => {
    await stopped.create();
    expect(stopped.id).toBe(2);
    await stopped.destroy();
    expect(stopped.id).toBeUndefined();
  });

  test('a domain that is renamed shows its new name, and still works', async () => {
    const before = await connection.lookupDomainByName('stopped');
    await stopped.rename('renamed');
    expect(stopped.name).toBe('renamed');
    expect(before.name).toBe('stopped');
    expect((await connection.lookupDomainByName('renamed')).uuid).toBe(STOPPED_UUID);
    await stopped.create();
    expect((await stopped.state()).state).toBe(DomainState.RUNNING);
    expect((await connection.listAllDomains()).map(({ name }) => name).sort()).toEqual(['renamed', 'running']);
  });

  test('a running domain is not renamed, and keeps its name', async () => {
    await expect(running.rename('renamed')).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virDomainRename'),
    );
    expect(running.name).toBe('running');
  });
});

describe('state', () => {
  test('follows what is done, with the reason', async () => {
    const states: unknown[] = [await stopped.state()];
    const steps = [
      () => stopped.create(),
      () => stopped.suspend(),
      () => stopped.resume(),
      () => stopped.shutdown(),
      () => stopped.create(),
      () => stopped.destroy(),
    ];
    for (const step of steps) {
      await step();
      states.push(await stopped.state());
    }
    expect(states).toEqual([
      { state: DomainState.SHUTOFF, reason: DomainShutoffReason.UNKNOWN },
      { state: DomainState.RUNNING, reason: DomainRunningReason.BOOTED },
      { state: DomainState.PAUSED, reason: DomainPausedReason.USER },
      { state: DomainState.RUNNING, reason: DomainRunningReason.UNPAUSED },
      { state: DomainState.SHUTOFF, reason: DomainShutoffReason.SHUTDOWN },
      { state: DomainState.RUNNING, reason: DomainRunningReason.BOOTED },
      { state: DomainState.SHUTOFF, reason: DomainShutoffReason.DESTROYED },
    ]);
  });

  test('flags reach libvirt', async () => {
    // The test driver takes none here, and says which it was given.
    await expect(stopped.create(DomainCreateFlags.PAUSED | DomainCreateFlags.VALIDATE)).rejects.toThrow(
      'unsupported flags (0x11)',
    );
  });

  test('a reboot and a reset leave it running', async () => {
    await running.reboot();
    expect((await running.state()).state).toBe(DomainState.RUNNING);
    await running.reset();
    expect((await running.state()).state).toBe(DomainState.RUNNING);
  });

  test('what a machine must run for fails without one', async () => {
    const failed = (call: string): unknown =>
      expect.objectContaining({ call, message: expect.stringContaining('not running') as string });
    await expect(stopped.suspend()).rejects.toEqual(failed('virDomainSuspend'));
    await expect(stopped.destroy()).rejects.toEqual(failed('virDomainDestroyFlags'));
    await expect(stopped.reboot()).rejects.toEqual(failed('virDomainReboot'));
    await expect(stopped.reset()).rejects.toEqual(failed('virDomainReset'));
    await expect(stopped.shutdown()).rejects.toEqual(failed('virDomainShutdownFlags'));
  });

  test('info is the state with sizes: KiB and nanoseconds as BigInts', async () => {
    expect(await running.info()).toEqual({
      state: DomainState.RUNNING,
      maxMemory: 4194304n,
      memory: 1048576n,
      vcpus: 2,
      cpuTime: expect.any(BigInt) as bigint,
    });
    expect((await stopped.info()).state).toBe(DomainState.SHUTOFF);
  });

  test('libvirt itself is at rest', async () => {
    expect(await running.controlInfo()).toEqual({ state: DomainControlState.OK, details: 0, stateTime: 0n });
  });

  test('active, persistent, updated', async () => {
    expect([await running.isActive(), await running.isPersistent(), await running.isUpdated()]).toEqual([
      true,
      true,
      false,
    ]);
    expect([await stopped.isActive(), await stopped.isPersistent()]).toEqual([false, true]);
  });
});

describe('definitions', () => {
  test('a transient domain is gone with its machine', async () => {
    const domain = await connection.createDomain(domainXml('transient'));
    expect([await domain.isActive(), await domain.isPersistent()]).toEqual([true, false]);
    await domain.destroy(DomainDestroyFlagsValues.GRACEFUL);
    await expect(domain.state()).rejects.toEqual(libvirtError('VIR_ERR_NO_DOMAIN', 'virDomainGetState'));
  });

  test('a domain that is undefined while it runs becomes transient', async () => {
    await running.undefine();
    expect(await running.isPersistent()).toBe(false);
    await running.destroy();
    expect((await connection.listAllDomains()).map(({ name }) => name)).toEqual(['stopped']);
  });

  test('a managed save stands in the way of undefining, unless it is to go as well', async () => {
    await running.managedSave();
    await expect(running.undefine()).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virDomainUndefineFlags'),
    );
    await running.undefine(DomainUndefineFlagsValues.MANAGED_SAVE | DomainUndefineFlagsValues.SNAPSHOTS_METADATA);
    await expect(connection.lookupDomainByName('running')).rejects.toEqual(
      libvirtError('VIR_ERR_NO_DOMAIN', 'virDomainLookupByName'),
    );
  });

  test('autostart is switched on and off', async () => {
    const seen = [await stopped.autostart()];
    await stopped.setAutostart(true);
    seen.push(await stopped.autostart());
    await stopped.setAutostart(false);
    seen.push(await stopped.autostart());
    expect(seen).toEqual([false, true, false]);
  });

  test('what happens at the end of the machine stands in its XML', async () => {
    expect(await running.xml()).toContain('<on_crash>destroy</on_crash>');
    await running.setLifecycleAction(DomainLifecycle.CRASH, DomainLifecycleAction.RESTART);
    expect(await running.xml()).toContain('<on_crash>restart</on_crash>');
  });
});

describe('a domain whose handle is freed', () => {
  test('says so, and the machine runs on', async () => {
    running.free();
    await expect(running.state()).rejects.toMatchObject({ code: 'ERR_HANDLE_FREED' });
    expect(() => running.uuid).toThrow('this Domain was freed');
    expect((await (await connection.lookupDomainByName('running')).state()).state).toBe(DomainState.RUNNING);
  });
});
