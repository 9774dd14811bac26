import { HvError } from '../../errors';
import { loadAddon } from '../load';

/** native/vmnet/leases/calls.cc: an entry of the table. */
export interface NativeLease {
  name: string;
  address: string;
  /** As the table has it, `1,8e:1:99:9c:54:b1`, and what that is. */
  hardware: string;
  hardwareType: number;
  hardwareBytes: Uint8Array;
  identifier: string;
  /** Seconds since 1970; 0 if the entry does not say. */
  expires: number;
}

export interface NativeTable {
  leases: NativeLease[];
  /** Entries that were not understood. */
  broken: number;
  /** Entries beyond those that were asked for. */
  more: number;
  missing: boolean;
}

/** Entries to be taken out: all of a client, or the one of this address. */
export interface NativeLeaseKey {
  hardware: string;
  address?: string;
}

/** The addon: native/vmnet. A failure rejects with plain data. */
interface Binding {
  readLeases(path: string, most: number): Promise<NativeTable>;
  /** The newest that agrees in all that is given. */
  findLease(path: string, wanted: { hardware?: string; name?: string }): Promise<NativeLease | null>;
  removeLeases(
    path: string,
    keys: readonly NativeLeaseKey[],
    server: string,
  ): Promise<{ outcome: 'done' | 'locked' | 'changed'; removed: number }>;
  /** Absent where there is no vmnet. */
  macOf?(uuid: Uint8Array): Promise<Uint8Array>;
}

/** native/common/failure.h. */
interface NativeFailure {
  code: string;
  message: string;
  errno?: number;
}

let loaded: Binding | undefined;

const HINTS: Readonly<Record<string, string>> = {
  ERR_LEASE_FILE: "The table of leases is root's: run the command as root, or have an administrator look at the file.",
  ERR_VMNET_BUSY: 'Turn off Internet Sharing in System Settings, and end what else shares the network of this Mac.',
  ERR_VMNET_PERMISSION: 'vmnet is for root. What is root and asks it for you is set up once: sudo hvkit setup xhyve',
};

/** Calls the addon, which is loaded by its first use, and gives its failure as an error. */
export async function callAddon<T>(call: (addon: Binding) => Promise<T>): Promise<T> {
  loaded ??= loadAddon<Binding>('vmnet');
  try {
    return await call(loaded);
  } catch (failure) {
    if (HvError.is(failure)) throw failure;
    const { code, message } = failure as NativeFailure;
    throw new HvError({ code, message, hint: HINTS[code], cause: failure });
  }
}
