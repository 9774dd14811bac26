import { growth, MEBIBYTE } from '../native/memory';

jest.setTimeout(30 * 60 * 1000);

// So often, and then so often again.
test.each([
  ['calls', 500_000],
  ['handles', 500_000],
  ['freed handles', 250_000],
  ['failures', 100_000],
  ['values', 90_000],
  ['events', 100_000],
  ['subscriptions', 100_000],
  ['connections', 20_000],
  ['private connections', 10_000],
])('%s leave no memory behind', async (what, count) => {
  expect(await growth(what, count)).toBeLessThan(8 * MEBIBYTE);
});
