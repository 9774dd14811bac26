import { growth, MEBIBYTE } from './memory';

// Twice as often, with nothing but what was there before left over; `npm run test:long` does a million.
test.each([
  ['calls', 20_000],
  ['handles', 20_000],
  ['freed handles', 20_000],
  ['failures', 10_000],
  ['values', 9_000],
  ['events', 10_000],
  ['subscriptions', 5_000],
  ['connections', 5_000],
  ['private connections', 1_000],
])('%s leave no memory behind', async (what, count) => {
  expect(await growth(what, count)).toBeLessThan(4 * MEBIBYTE);
});
