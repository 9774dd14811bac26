import { formatMac, parseMac } from './mac';

export interface Neighbour {
  address: string;
  mac: string;
  device: string;
}

/** Of others the address is no MAC. */
const ETHERNET = '0x1';
const COMPLETE = 0x2;

/** Whom this host has talked to, of the text of /proc/net/arp. What was asked for and did not answer is left out. */
export function neighbours(procNetArp: string): Neighbour[] {
  return procNetArp
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([address = '', type = '', flags = '', mac = '', , device = '']) =>
      type !== ETHERNET || (Number(flags) & COMPLETE) === 0 ? [] : [{ address, mac: formatMac(parseMac(mac)), device }],
    );
}

/** The addresses at which a MAC was seen, those of one device only if it is named. */
export function addressesOf(mac: string, procNetArp: string, device?: string): string[] {
  const wanted = formatMac(parseMac(mac));
  return neighbours(procNetArp)
    .filter((neighbour) => neighbour.mac === wanted && (device === undefined || neighbour.device === device))
    .map(({ address }) => address);
}
