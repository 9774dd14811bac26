import type { DriverDefinition } from '../driver';
import { GenericDriver } from './driver';

/** A host that is there already, over ssh. */
export const generic: DriverDefinition = {
  contract: 1,
  name: 'generic',
  aliases: [],
  platforms: ['linux', 'darwin'],
  priority: 0,
  takes: { image: false, keys: false },
  capabilities: {
    power: false,
    pause: false,
    console: false,
    shares: false,
    publish: false,
    autostart: false,
    leases: false,
  },
  get options() {
    return (require('./options') as typeof import('./options')).genericOptions;
  },
  health: () => Promise.resolve({ installed: true, healthy: true }),
  create: (context) => new GenericDriver(context),
};
