import {
  contains,
  formatIpv4,
  formatSubnet,
  gatewayOf,
  machineRange,
  netmaskOf,
  overlap,
  parseIpv4,
  sizeOf,
  subnetOf,
} from '../../../src/net/ipv4';

test.each([
  ['0.0.0.0', 0],
  ['10.0.0.1', 0x0a000001],
  ['192.168.255.254', 0xc0a8fffe],
  ['255.255.255.255', 0xffffffff],
])('%s is a number and back', (text, number) => {
  expect(parseIpv4(text)).toBe(number);
  expect(formatIpv4(number)).toBe(text);
});

test.each([
  '',
  '10.0.0',
  '10.0.0.1.2',
  '10.0.0.256',
  '10.0.0.01',
  '10.0.0.-1',
  '10.0.0.1 ',
  'a.b.c.d',
  '0x0a.0.0.1',
  '::1',
])('%j is no address', (text) => {
  expect(() => parseIpv4(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error);
});

test('a subnet by prefix and by netmask', () => {
  const subnet = subnetOf('192.168.200.77', 24);
  expect(subnetOf('192.168.200.1', '255.255.255.0')).toEqual(subnet);
  expect(formatSubnet(subnet)).toBe('192.168.200.0/24');
  expect(netmaskOf(subnet)).toBe('255.255.255.0');
  expect(sizeOf(subnet)).toBe(256);
  expect(gatewayOf(subnet)).toBe('192.168.200.1');
  expect(machineRange(subnet)).toEqual({ first: '192.168.200.2', last: '192.168.200.254' });
});

test('the widest and the narrowest', () => {
  expect(formatSubnet(subnetOf('200.1.2.3', 0))).toBe('0.0.0.0/0');
  expect(netmaskOf(subnetOf('200.1.2.3', 0))).toBe('0.0.0.0');
  expect(subnetOf('200.1.2.3', '0.0.0.0').prefix).toBe(0);
  expect(formatSubnet(subnetOf('255.255.255.255', '255.255.255.255'))).toBe('255.255.255.255/32');
  expect(machineRange(subnetOf('10.0.0.0', 30))).toEqual({ first: '10.0.0.2', last: '10.0.0.2' });
});

test.each(['255.0.255.0', '255.255.255.1', '0.0.0.255'])('%s is no netmask', (netmask) => {
  expect(() => subnetOf('10.0.0.1', netmask)).toThrow(`"${netmask}" is not a netmask`);
});

test.each([33, -1, 1.5, NaN])('%d is no prefix', (prefix) => {
  expect(() => subnetOf('10.0.0.1', prefix)).toThrow('not the length of a prefix');
});

test.each([
  ['10.0.0.0/8', '10.1.2.0/24', true],
  ['10.1.2.0/24', '10.0.0.0/8', true],
  ['10.1.2.0/24', '10.1.2.0/24', true],
  ['10.1.2.0/24', '10.1.3.0/24', false],
  ['10.1.2.0/25', '10.1.2.128/25', false],
  ['0.0.0.0/0', '255.255.255.255/32', true],
])('%s and %s overlap: %s', (one, other, expected) => {
  const read = (text: string) => subnetOf(text.split('/')[0]!, Number(text.split('/')[1]));
  expect(overlap(read(one), read(other))).toBe(expected);
});

test('an address lies in its subnet, ends included', () => {
  const subnet = subnetOf('10.1.2.0', 24);
  expect(['10.1.2.0', '10.1.2.255', '10.1.1.255', '10.1.3.0'].map((address) => contains(subnet, address))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
