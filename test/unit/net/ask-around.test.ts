import { askAround } from '../../../src/net/ask-around';

test('everybody in a small subnet is asked', async () => {
  await expect(askAround({ address: '127.0.0.1', netmask: '255.255.255.240' })).resolves.toBe(true);
});

test.each([
  ['an address that is not of this host any more', { address: '192.0.2.1', netmask: '255.255.255.240' }],
  ['a large subnet', { address: '127.0.0.1', netmask: '255.0.0.0' }],
])('nobody is asked from %s, which is no failure', async (_what, from) => {
  await expect(askAround(from)).resolves.toBe(false);
});
