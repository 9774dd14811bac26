import {
  DomainAuthorizedSSHKeysSetFlags,
  DomainProcessSignal,
  DomainQemuAgentCommandTimeoutValues,
  DomainQemuMonitorCommandFlags,
  DomainSetTimeFlags,
  KeycodeSet,
  NodeSuspendTarget,
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

test('a QEMU that somebody started is taken by the driver for QEMU only', async () => {
  await expect(connection.attachQemuProcess(process.pid)).rejects.toEqual(unsupported('virDomainQemuAttach'));
});

test('a channel to it is asked of the right function', async () => {
  await expect(running.openChannel('org.qemu.guest_agent.0')).rejects.toEqual(unsupported('virDomainOpenChannel'));
});

test('its name for itself', async () => {
  expect(await running.hostname()).toBe('runninghost');
});

test('its clock', async () => {
  const before = await running.time();
  expect(before).toEqual({ seconds: expect.any(BigInt) as bigint, nanoseconds: 0 });
  await running.setTime({ seconds: 1_234_567_890n, nanoseconds: 5 });
  await expect(running.setTime(before, DomainSetTimeFlags.SYNC)).resolves.toBeUndefined();
  await expect(stopped.time()).rejects.toMatchObject({ call: 'virDomainGetTime' });
});

describe('file systems', () => {
  test('where they are mounted, and on what', async () => {
    expect(await running.fsInfo()).toEqual([
      { mountpoint: '/', name: 'vda1', fstype: 'ext4', devices: ['vda'] },
      { mountpoint: '/boot', name: 'vda2', fstype: 'ext4', devices: ['vda'] },
    ]);
  });

  test('are held still and let go, all or some', async () => {
    expect(await running.fsFreeze(['/'])).toBe(1);
    expect(await running.fsFreeze()).toBe(1);
    expect(await running.fsThaw(['/boot'])).toBe(1);
    expect(await running.fsThaw()).toBe(1);
    expect(await running.fsThaw()).toBe(0);
  });

  test('give free blocks back', async () => {
    await running.fsTrim();
    await running.fsTrim({ mountpoint: '/', minimum: 1n << 20n });
    await expect(running.fsTrim({ flags: 1 })).rejects.toEqual(libvirtError('VIR_ERR_INVALID_ARG', 'virDomainFSTrim'));
  });
});

test('a password goes to the guest', async () => {
  await running.setUserPassword('root', 'secret');
  await expect(stopped.setUserPassword('root', 'secret')).rejects.toMatchObject({ call: 'virDomainSetUserPassword' });
});

describe('from outside', () => {
  test('keys are pressed, as many as libvirt takes', async () => {
    await running.sendKey([29, 56, 111]);
    await running.sendKey([0xe0], { codeset: KeycodeSet.USB, holdMs: 1 });
    const tooMany = Array.from({ length: 17 }, () => 30);
    await expect(running.sendKey(tooMany)).rejects.toEqual(libvirtError('VIR_ERR_INVALID_ARG', 'virDomainSendKey'));
    await expect(running.sendKey([])).rejects.toEqual(libvirtError('VIR_ERR_INVALID_ARG', 'virDomainSendKey'));
    await expect(running.sendKey([1.5])).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(stopped.sendKey([30])).rejects.toMatchObject({ call: 'virDomainSendKey' });
  });

  test('an interrupt', async () => {
    await running.injectNmi();
    await expect(stopped.injectNmi()).rejects.toMatchObject({ call: 'virDomainInjectNMI' });
  });

  test('a signal, of which the test driver takes those to the first process', async () => {
    await running.sendProcessSignal(1, DomainProcessSignal.TERM);
    await expect(running.sendProcessSignal(2n, DomainProcessSignal.TERM)).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virDomainSendProcessSignal'),
    );
  });
});

describe('what the test driver cannot do is asked of the right function', () => {
  const calls: [string, () => Promise<unknown>][] = [
    ['virDomainGetGuestInfo', () => running.guestInfo()],
    ['virDomainAuthorizedSSHKeysGet', () => running.authorizedSshKeys('root')],
    [
      'virDomainAuthorizedSSHKeysSet',
      () => running.setAuthorizedSshKeys('root', ['ssh-ed25519 AAAA'], DomainAuthorizedSSHKeysSetFlags.APPEND),
    ],
    ['virDomainAgentSetResponseTimeout', () => running.agentSetResponseTimeout(5)],
    [
      'virDomainQemuAgentCommand',
      () => running.agentCommand('{"execute":"guest-ping"}', DomainQemuAgentCommandTimeoutValues.DEFAULT),
    ],
    ['virDomainQemuMonitorCommand', () => running.monitorCommand('info version', DomainQemuMonitorCommandFlags.HMP)],
    ['virDomainPMSuspendForDuration', () => running.pmSuspend(NodeSuspendTarget.MEM, 60n)],
    ['virDomainPMWakeup', () => running.pmWakeup()],
  ];

  test.each(calls)('%s', async (name, run) => {
    await expect(run()).rejects.toEqual(unsupported(name));
  });

  test('virDomainGetLaunchSecurityInfo, virDomainSetLaunchSecurityState', async () => {
    // Its own libvirt calls the first with a flag that the driver refuses.
    await expect(running.launchSecurityInfo()).rejects.toMatchObject({ call: 'virDomainGetLaunchSecurityInfo' });
    const secret = { [TypedParam.DOMAIN_LAUNCH_SECURITY_SEV_SECRET]: 'c2VjcmV0' };
    await expect(stopped.setLaunchSecurityState(secret)).rejects.toEqual(
      unsupported('virDomainSetLaunchSecurityState'),
    );
  });
});
