import { chooseAddress, type AddressRequest } from '../../../src/net/addresses';

const UUID = '5c0ab2b2-6d6b-4b1e-9d5e-0f9a3a5f1c11';
const request: AddressRequest = {
  network: 'hvkit-1f3a',
  range: { first: '10.80.7.2', last: '10.80.7.254' },
  uuid: UUID,
  reserved: [],
  leased: [],
};
const all = Array.from({ length: 253 }, (_, i) => `10.80.7.${i + 2}`);

test('a machine gets the same address again where it is free', () => {
  expect(chooseAddress(request)).toBe('10.80.7.116');
  expect(chooseAddress({ ...request, uuid: UUID.toUpperCase() })).toBe('10.80.7.116');
});

test('never one that is reserved, leased or refused', () => {
  const first = chooseAddress(request);
  const second = chooseAddress({ ...request, reserved: [first] });
  const third = chooseAddress({ ...request, reserved: [first], leased: [second] });
  const fourth = chooseAddress({ ...request, reserved: [first], leased: [second], others: [third] });
  expect(new Set([first, second, third, fourth]).size).toBe(4);
});

test('the last one that is left is found, wherever it is', () => {
  for (const free of ['10.80.7.2', '10.80.7.100', '10.80.7.254']) {
    expect(chooseAddress({ ...request, leased: all.filter((address) => address !== free) })).toBe(free);
  }
});

test('as many machines as there are addresses get one each', () => {
  const reserved: string[] = [];
  for (let i = 0; i < all.length; i += 1) reserved.push(chooseAddress({ ...request, uuid: `machine ${i}`, reserved }));
  expect(reserved.toSorted()).toEqual(all.toSorted());
});

test('when none is left the error says who has them and how to get some back', () => {
  const exhausted = { ...request, reserved: all.slice(0, 3), leased: [...all, '10.80.7.1', '10.99.0.1'] };
  expect(() => chooseAddress(exhausted)).toThrow(
    expect.objectContaining({
      code: 'ERR_ADDRESSES_EXHAUSTED',
      message:
        'The network hvkit-1f3a has no free address between 10.80.7.2 and 10.80.7.254: 3 are reserved for machines, ' +
        '250 more stand in the table of leases',
      hint: expect.stringContaining('hvkit leases prune') as string,
    }) as Error,
  );
});

test('a range without addresses has none', () => {
  const range = { first: '10.80.7.2', last: '10.80.7.1' };
  expect(() => chooseAddress({ ...request, range })).toThrow('has no free address');
});
