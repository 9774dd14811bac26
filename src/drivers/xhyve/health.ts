import type { DriverContext, Health } from '../driver';
import { findHyperkit } from './hyperkit';
import type { XhyveHost } from './host';

/** What of a machine's options changes what it needs of the host. */
export interface Needs {
  /** A hyperkit that was named. */
  hyperkit?: string | undefined;
  /** A network that is not vmnet's. */
  vpnkitSocket?: string | undefined;
}

/** Whether machines can be made here, and if not: what is missing, and what mends it. */
export function health(host: XhyveHost, context: DriverContext, needs: Needs = {}): Health {
  if (host.arch !== 'x64') {
    const reason = `hyperkit is for Macs with an Intel processor, and this one is ${host.arch}`;
    const fix =
      'Apple silicon runs Linux machines with Lima (brew install lima); hvkit does on Linux, by the driver kvm';
    return { installed: false, healthy: false, reason, fix };
  }
  if (needs.hyperkit === undefined && findHyperkit(host, context) === undefined) {
    const reason = 'hyperkit is not installed';
    return { installed: false, healthy: false, reason, fix: 'https://github.com/moby/hyperkit has it' };
  }
  if (process.getuid?.() !== 0 && needs.vpnkitSocket === undefined) {
    const reason = "vmnet, the network of hyperkit's machines, is root's";
    return { installed: true, healthy: false, reason, fix: 'sudo hvkit' };
  }
  return { installed: true, healthy: true };
}
