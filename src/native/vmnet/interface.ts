import { HvError } from '../../errors';
import { formatMac } from '../../net/mac';
import { callAddon } from './binding';

/**
 * The MAC that vmnet gives to the interface for a UUID: the same each time. An interface is made to know it, and unmade, which
 * takes a second, and root. Ask while no machine of that UUID runs: it would have a second one.
 */
export async function macOf(uuid: string): Promise<string> {
  const bytes = bytesOf(uuid);
  return formatMac(await callAddon((addon) => addon.macOf?.(bytes) ?? Promise.reject(unsupported())));
}

function bytesOf(uuid: string): Uint8Array {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid)) {
    throw new HvError({ code: 'ERR_INVALID_ARGUMENT', message: `"${uuid}" is not a UUID` });
  }
  return Uint8Array.from(Buffer.from(uuid.replaceAll('-', ''), 'hex'));
}

function unsupported(): HvError {
  return new HvError({
    code: 'ERR_VMNET_UNSUPPORTED',
    message: `vmnet is a part of macOS: there is none on ${process.platform}`,
    hint: 'The MAC of a machine here is what its driver gives it: hvkit drivers',
  });
}
