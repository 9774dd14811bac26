import type { DriverDefinition } from '../driver';
import { KvmDriver } from './driver';
import { health } from './health';
import { kvmOptions } from './options';

/** Machines under libvirt, by KVM or in software. */
export const kvm: DriverDefinition = {
  name: 'kvm',
  aliases: ['kvm2', 'qemu', 'libvirt'],
  platforms: ['linux'],
  priority: 100,
  capabilities: { pause: true, console: true, shares: true, publish: true, autostart: true, leases: true },
  options: kvmOptions,
  health,
  create: (context) => new KvmDriver(context),
};
