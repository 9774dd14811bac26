import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const MAC = '8e:01:99:9c:54:b1';
/** As the table has it. */
export const HARDWARE = '1,8e:1:99:9c:54:b1';
export const ADDRESS = '192.168.64.3';

/** A table of leases of so many entries, two of which are those of one MAC: what is looked for is the newer one. */
export function tableOf(count) {
  const others = Array.from({ length: count - 2 }, (_, i) => {
    const octets = [i >> 8, i & 0xff].map((octet) => octet.toString(16)).join(':');
    return entry(`192.168.${65 + (i >> 8)}.${i & 0xff}`, `1,2:0:0:0:${octets}`, '0x5f3b2a10');
  });
  const middle = others.length / 2;
  const mine = [entry(ADDRESS, HARDWARE, '0x5f3b2a11'), entry('192.168.64.9', HARDWARE, '0x5f3b2a10')];
  return [...others.slice(0, middle), ...mine, ...others.slice(middle)].join('');
}

export function writeTable(folder, count) {
  const file = join(folder, `dhcpd_leases-${count}`);
  writeFileSync(file, tableOf(count));
  return file;
}

export function entry(address, hardware, lease) {
  return `{\n\tname=dev\n\tip_address=${address}\n\thw_address=${hardware}\n\tidentifier=${hardware}\n\tlease=${lease}\n}\n`;
}
