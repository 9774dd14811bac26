import type { DriverContext, Health } from '../driver';
import { findHyperkit } from './hyperkit';
import type { XhyveHost } from './host';

/** Whether machines can be made here, with a hyperkit that was named or is found, and if not: what is missing, and what mends it. */
export function health(host: XhyveHost, context: DriverContext, given?: string): Health {
  if (host.arch !== 'x64') {
    const reason = `hyperkit is for Intel processors, and this one is ${host.arch}`;
    return { installed: false, healthy: false, reason, fix: 'another host: the driver kvm on Linux' };
  }
  if (given === undefined && findHyperkit(host, context) === undefined) {
    const reason = 'hyperkit is not installed';
    return { installed: false, healthy: false, reason, fix: 'https://github.com/moby/hyperkit has it' };
  }
  if (process.getuid?.() !== 0) {
    const reason = "vmnet, the network of hyperkit's machines, is root's";
    return { installed: true, healthy: false, reason, fix: 'sudo hvkit' };
  }
  return { installed: true, healthy: true };
}
