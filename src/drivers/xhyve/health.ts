import type { DriverContext, Health } from '../driver';
import { findHyperkit } from './hyperkit';
import { helperHealth, SETUP } from './helper/health';
import { isInstalled } from './helper/place';
import type { XhyveHost } from './host';

/** What of a machine's options changes what it needs of the host. */
export interface Needs {
  /** A hyperkit that was named. */
  hyperkit?: string | undefined;
  /** A network that is not vmnet's. */
  vpnkitSocket?: string | undefined;
}

/** Whether machines can be made here, and if not: what is missing, and what mends it. */
export async function health(host: XhyveHost, context: DriverContext, needs: Needs = {}): Promise<Health> {
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
  const support = await host.virtualization?.();
  if (support?.usable === false) {
    const { detail: reason, hint: fix } = support;
    return { installed: true, healthy: false, reason, ...(fix !== undefined && { fix }) };
  }
  if (needs.vpnkitSocket !== undefined) return { installed: true, healthy: true };
  // Also root's machines have their network by it, where it is installed.
  if (host.helper && (await isInstalled(host.helper))) return helperHealth(host.helper);
  if (process.getuid?.() === 0) return { installed: true, healthy: true };
  const reason = "vmnet, the network of hyperkit's machines, is root's, and hvkit's helper for it is not installed";
  return { installed: true, healthy: false, reason, fix: SETUP };
}
