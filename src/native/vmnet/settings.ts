import { readFile } from 'node:fs/promises';

import { HvError } from '../../errors';
import { isErrno } from '../../files';
import { formatIpv4, lastOf, parseIpv4, subnetOf, type Subnet } from '../../net/ipv4';
import { type AddressRange } from './leases';
import { parsePlist } from './plist';

/** Where macOS keeps what vmnet's shared network is. Absent until it was changed, or used for the first time. */
export const SETTINGS_FILE = '/Library/Preferences/SystemConfiguration/com.apple.vmnet.plist';

/** vmnet's shared network. */
export interface SharedNetwork {
  /** The host's own address in it, which is also that of its DHCP server. */
  address: string;
  subnet: Subnet;
  /** What its DHCP server gives to machines: all but the host's own, the network's and the broadcast address. Two ranges where the host is between. */
  ranges: readonly AddressRange[];
}

const DEFAULT_ADDRESS = '192.168.64.1';
const DEFAULT_MASK = '255.255.255.0';

/** Reads the settings of vmnet's shared network, which are macOS's own where the file says nothing. */
export async function sharedNetwork(file = SETTINGS_FILE): Promise<SharedNetwork> {
  const bytes = await contentOf(file);
  try {
    const settings = bytes && parsePlist(bytes);
    const text = (key: string): string | undefined => {
      const value = settings instanceof Map ? settings.get(key) : undefined;
      return typeof value === 'string' ? value : undefined;
    };
    const address = parseIpv4(text('Shared_Net_Address') ?? DEFAULT_ADDRESS);
    return networkOf(address, subnetOf(address, text('Shared_Net_Mask') ?? DEFAULT_MASK));
  } catch (error) {
    if (!HvError.is(error)) throw error;
    throw new HvError({
      code: 'ERR_PLIST',
      message: `The settings of vmnet in ${file} are not understood: ${error.message}`,
      hint: `See what they are: defaults read ${file}`,
      cause: error,
    });
  }
}

function networkOf(address: number, subnet: Subnet): SharedNetwork {
  const below = { first: subnet.first + 1, last: address - 1 };
  const above = { first: address + 1, last: lastOf(subnet) - 1 };
  return {
    address: formatIpv4(address),
    subnet,
    ranges: [below, above].filter(({ first, last }) => first <= last),
  };
}

async function contentOf(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw new HvError({ code: 'ERR_PLIST', message: `The settings of vmnet in ${file} cannot be read`, cause: error });
  }
}
