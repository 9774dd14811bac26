import { execFileSync } from 'node:child_process';

import {
  DomainDiskErrorCode,
  DomainEventIOErrorAction,
  DomainMemoryFailureActionType,
  DomainMemoryFailureFlags,
  DomainMemoryFailureRecipientType,
  DomainPausedReason,
  DomainState,
} from '../../src/native/libvirt';
import { first } from './events';
import { sayAsQemu } from './monitor';
import { bootedConsole, leave, qcow2, readUntil, scratch, withGuest } from './machine';

test('a disk whose file has no room: the error is told, the guest waits, and goes on when there is room', async () => {
  const folder = scratch();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0777', 'full', folder]);
  try {
    const disks = [{ path: qcow2(folder, 'disk.qcow2', '64M'), format: 'qcow2' as const }];
    await withGuest({ name: 'full', disks }, async (domain, connection) => {
      await domain.create();
      const { console } = await bootedConsole(domain);
      const error = await first(connection, 'domain.ioError');
      const reason = await first(connection, 'domain.ioErrorReason');
      const written = readUntil(console, 'all-written');
      console.write("dd if=/dev/zero of=/dev/vda bs=64k count=128 conv=fsync && echo all-''written\n");

      const about = { path: disks[0]!.path, device: 'virtio-disk0', action: DomainEventIOErrorAction.PAUSE };
      expect(await error.event).toMatchObject(about);
      expect(await reason.event).toMatchObject({ ...about, reason: 'enospc' });
      expect(await domain.state()).toEqual({ state: DomainState.PAUSED, reason: DomainPausedReason.IOERROR });
      expect(await domain.diskErrors()).toEqual([{ disk: 'vda', error: DomainDiskErrorCode.NO_SPACE }]);

      execFileSync('mount', ['-o', 'remount,size=64m', folder]);
      await domain.resume();
      await written;
      await leave(console);
    });
  } finally {
    execFileSync('umount', ['--lazy', folder]);
  }
});

test('a hypervisor that says what libvirt does not understand: the control error is told, and the guest can be ended', async () => {
  await withGuest({ name: 'garbled' }, async (domain, connection) => {
    await domain.create();
    const error = await first(connection, 'domain.controlError');
    sayAsQemu('garbled', 'no json');
    expect((await error.event).domain.name).toBe('garbled');
    await domain.destroy();
    expect(await domain.state()).toMatchObject({ state: DomainState.SHUTOFF });
  });
});

test('memory of the guest that fails is told', async () => {
  await withGuest({ name: 'poisoned' }, async (domain, connection) => {
    await domain.create();
    const failure = await first(connection, 'domain.memoryFailure');
    // No host has broken memory at hand.
    const data = { recipient: 'guest', action: 'inject', flags: { 'action-required': true, recursive: false } };
    const timestamp = { seconds: 1, microseconds: 2 };
    sayAsQemu('poisoned', JSON.stringify({ timestamp, event: 'MEMORY_FAILURE', data }));
    const { recipient, action, flags } = await failure.event;
    expect({ recipient, action, flags }).toEqual({
      recipient: DomainMemoryFailureRecipientType.GUEST,
      action: DomainMemoryFailureActionType.INJECT,
      flags: DomainMemoryFailureFlags.ACTION_REQUIRED,
    });
  });
});
