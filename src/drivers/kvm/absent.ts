import { ErrorNumber, LibvirtError } from '../../native/libvirt';

const ABSENT: readonly number[] = [
  ErrorNumber.NO_DOMAIN,
  ErrorNumber.NO_NETWORK,
  ErrorNumber.NO_STORAGE_POOL,
  ErrorNumber.NO_STORAGE_VOL,
];

/** What libvirt finds, or undefined if it says that there is none. Any other failure is one. */
export async function ifThere<T>(lookup: Promise<T>): Promise<T | undefined> {
  try {
    return await lookup;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export function isAbsent(error: unknown): boolean {
  return LibvirtError.is(error) && ABSENT.includes(error.number);
}
