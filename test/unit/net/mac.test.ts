import { randomUUID } from 'node:crypto';

import { formatMac, macFromUuid, parseMac, sameMac } from '../../../src/net/mac';

const UUID = '5c0ab2b2-6d6b-4b1e-9d5e-0f9a3a5f1c11';

test("a machine's MAC is the same in every process and release", () => {
  expect(macFromUuid(UUID)).toBe('52:5a:fb:53:67:35');
  expect(macFromUuid(UUID.toUpperCase())).toBe(macFromUuid(UUID));
});

test('it is of one station, and locally administered', () => {
  const [first = 0] = parseMac(macFromUuid(randomUUID()));
  expect(first & 0b11).toBe(0b10);
});

test('ten thousand machines share none, and use every byte', () => {
  const macs = Array.from({ length: 10_000 }, () => macFromUuid(randomUUID()));
  expect(new Set(macs).size).toBe(macs.length);
  for (let octet = 1; octet < 6; octet += 1) {
    expect(new Set(macs.map((mac) => parseMac(mac)[octet])).size).toBe(256);
  }
});

test.each(['', 'dev', UUID.slice(1), `${UUID}0`, `{${UUID}}`])('%j is no UUID', (text) => {
  expect(() => macFromUuid(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error);
});

test.each(['8e:1:99:9c:54:b1', '8e:01:99:9c:54:b1', '8E-01-99-9C-54-B1'])('%s is one and the same', (text) => {
  expect(formatMac(parseMac(text))).toBe('8e:01:99:9c:54:b1');
  expect(sameMac(text, '8e:1:99:9c:54:b1')).toBe(true);
  expect(sameMac(text, '8e:10:99:9c:54:b1')).toBe(false);
});

test.each([
  '',
  '8e:1:99:9c:54',
  '8e:1:99:9c:54:b1:0',
  '8e:1:99:9c:54:100',
  '8e:1:99:9c:54:',
  '8e:1-99:9c:54:b1',
  '8e:1:99:9c:54:g',
])('%j is no MAC', (text) => {
  expect(() => parseMac(text)).toThrow(expect.objectContaining({ message: `"${text}" is not a MAC address` }) as Error);
});
