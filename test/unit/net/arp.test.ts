import { readFileSync } from 'node:fs';

import { addressesOf, neighbours } from '../../../src/net/arp';

const TABLE = `IP address       HW type     Flags       HW address            Mask     Device
10.80.7.9        0x1         0x2         52:54:00:0a:1b:2c     *        virbr7
10.80.7.10       0x1         0x0         00:00:00:00:00:00     *        virbr7
10.80.7.11       0x1         0x6         52:54:00:0A:1B:2D     *        virbr7
10.81.0.9        0x1         0x2         52:54:00:0a:1b:2c     *        virbr8
10.82.0.9        0x20        0x2         80:00:02:08:fe:80     *        ib0
`;

test('who answered is a neighbour, and who did not is none', () => {
  expect(neighbours(TABLE)).toEqual([
    { address: '10.80.7.9', mac: '52:54:00:0a:1b:2c', device: 'virbr7' },
    { address: '10.80.7.11', mac: '52:54:00:0a:1b:2d', device: 'virbr7' },
    { address: '10.81.0.9', mac: '52:54:00:0a:1b:2c', device: 'virbr8' },
  ]);
  expect(neighbours('')).toEqual([]);
});

test('the addresses of a MAC, however it is written', () => {
  expect(addressesOf('52:54:0:A:1b:2c', TABLE)).toEqual(['10.80.7.9', '10.81.0.9']);
  expect(addressesOf('52:54:0:A:1b:2c', TABLE, 'virbr8')).toEqual(['10.81.0.9']);
  expect(addressesOf('52:54:00:00:00:01', TABLE)).toEqual([]);
});

if (process.platform === 'linux') {
  test("this kernel's own table can be read", () => {
    expect(Array.isArray(neighbours(readFileSync('/proc/net/arp', 'utf8')))).toBe(true);
  });
}
