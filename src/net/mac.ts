import { HvError } from '../errors';
import { digest } from './hash';

const OCTETS = 6;
/** Locally administered, for one station, and known as a virtual machine's: 52:54:00 is what QEMU and libvirt begin with. */
const FIRST_OCTET = 0x52;

/**
 * The MAC address of the machine with this UUID: always the same one, so that its address stays the same as well.
 *
 * 40 bits follow from the UUID, not the 24 that 52:54:00 would leave: two of a thousand machines share a MAC in one of two
 * million such thousands, instead of in one of 34.
 */
export function macFromUuid(uuid: string): string {
  const hex = uuid.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) throw invalid(`"${uuid}" is not a UUID`);
  return formatMac([FIRST_OCTET, ...digest('mac', hex).subarray(0, OCTETS - 1)]);
}

/** Its six bytes; octets may lack a leading zero (macOS writes `8e:1:99:9c:54:b1`) and stand between hyphens. */
export function parseMac(text: string): Uint8Array {
  const separator = text.includes('-') ? '-' : ':';
  const octets = text.split(separator);
  if (octets.length !== OCTETS || !octets.every((octet) => /^[0-9a-f]{1,2}$/i.test(octet))) {
    throw invalid(`"${text}" is not a MAC address`);
  }
  return Uint8Array.from(octets, (octet) => parseInt(octet, 16));
}

/** As libvirt writes it: `52:54:00:0a:1b:2c`. */
export function formatMac(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Whether both texts name one MAC, however they are written. */
export function sameMac(one: string, other: string): boolean {
  return formatMac(parseMac(one)) === formatMac(parseMac(other));
}

function invalid(message: string): HvError {
  return new HvError({ code: 'ERR_INVALID_ARGUMENT', message });
}
