import type { DriverDefinition, HostSetup } from '../driver';
import { XhyveDriver } from './driver';
import { HELPER } from './helper/place';
import { macOS, type XhyveHost } from './host';

export type { XhyveHost } from './host';

/** Machines as processes of hyperkit, on a system that has what it needs. */
export function xhyveOn(host: XhyveHost): DriverDefinition {
  return {
    contract: 1,
    name: 'xhyve',
    aliases: ['hyperkit'],
    platforms: host.platforms,
    priority: 50,
    capabilities: { pause: true, console: true, shares: true, publish: false, autostart: false, leases: true },
    get options() {
      return (require('./options') as typeof import('./options')).xhyveOptions;
    },
    imageIn: ({ boot2dockerUrl }) => (typeof boot2dockerUrl === 'string' ? boot2dockerUrl : undefined),
    sameAs: { cpuCount: 'cpus', memorySize: 'memory', diskSize: 'disk' },
    health: (context) => (require('./health') as typeof import('./health')).health(host, context),
    create: (context) => new XhyveDriver(context, host),
    ...(host.helper && { setup: ({ env }) => setupOf(host, env) }),
  };
}

function setupOf({ helper = HELPER, leases }: XhyveHost, env: NodeJS.ProcessEnv): HostSetup {
  const { helperSetup } = require('./helper/install') as typeof import('./helper/install');
  const { launchd } = require('./helper/launchd') as typeof import('./helper/launchd');
  return helperSetup({ place: { ...helper, leases }, launcher: launchd(), env });
}

export const xhyve: DriverDefinition = xhyveOn(macOS);
