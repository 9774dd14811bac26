import type { DriverDefinition } from '../driver';
import { KvmDriver } from './driver';

/** Machines under libvirt, by KVM or in software. */
export const kvm: DriverDefinition = {
  contract: 1,
  name: 'kvm',
  aliases: ['kvm2', 'qemu', 'libvirt'],
  platforms: ['linux'],
  priority: 100,
  capabilities: { pause: true, console: true, shares: true, publish: true, autostart: true, leases: true },
  get options() {
    return (require('./options') as typeof import('./options')).kvmOptions;
  },
  imageIn: ({ boot2dockerUrl }) => (typeof boot2dockerUrl === 'string' ? boot2dockerUrl : undefined),
  sameAs: { cpuCount: 'cpus', memory: 'memory', diskSize: 'disk', network: 'network' },
  health: (context, options) => (require('./health') as typeof import('./health')).health(context, options),
  create: (context) => new KvmDriver(context),
};
