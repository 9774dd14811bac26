import type { Virtualization } from '../../native/hyperkit';
import { macOf } from '../../native/vmnet';
import { HELPER, type HelperPlace } from './helper/place';

/** What the driver stands on: macOS, or a stand-in for its parts. */
export interface XhyveHost {
  readonly platforms: readonly NodeJS.Platform[];
  readonly arch: string;
  /** Where hyperkit is looked for, after `$PATH`. */
  readonly hyperkit: readonly string[];
  /** The table of the DHCP server that serves vmnet. */
  readonly leases: string;
  /** What vmnet's shared network is. */
  readonly settings: string;
  /** Asks vmnet itself, as root, which MAC it gives to a UUID; where it is absent hyperkit is asked to. */
  readonly macOf?: (uuid: string) => Promise<string>;
  /** Whether the system runs guests at all, where it can be asked. */
  readonly virtualization?: () => Promise<Virtualization>;
  /** Where hvkit's helper is, if it is installed. */
  readonly helper?: HelperPlace | undefined;
}

export const macOS: XhyveHost = {
  platforms: ['darwin'],
  arch: process.arch,
  hyperkit: [
    '/usr/local/bin/hyperkit',
    '/opt/local/bin/hyperkit',
    '/Applications/Docker.app/Contents/Resources/bin/com.docker.hyperkit',
  ],
  leases: '/var/db/dhcpd_leases',
  macOf,
  virtualization: () => (require('../../native/hyperkit') as typeof import('../../native/hyperkit')).virtualization(),
  helper: HELPER,
  settings: '/Library/Preferences/SystemConfiguration/com.apple.vmnet.plist',
};
