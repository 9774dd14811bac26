import type { DriverDefinition } from '../driver';
import { NoneDriver } from './driver';

/** A Docker that somebody else looks after, by its URL. */
export const none: DriverDefinition = {
  contract: 1,
  name: 'none',
  aliases: [],
  platforms: ['linux', 'darwin'],
  priority: 0,
  takes: { image: false, keys: false, docker: false },
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
    return (require('./options') as typeof import('./options')).noneOptions;
  },
  health: () => Promise.resolve({ installed: true, healthy: true }),
  create: () => new NoneDriver(),
};
