import { growth, MEBIBYTE } from './memory';

// Four times as often in all. `npm run test:long` does a hundred times as much, with the same limit.
test.each([
  ['calls', 10_000],
  ['handles', 10_000],
  ['freed handles', 10_000],
  ['failures', 5_000],
  ['values', 4_500],
  ['events', 5_000],
  ['subscriptions', 2_500],
  ['connections', 2_500],
  ['private connections', 500],
])('%s leave no memory behind', async (what, count) => {
  expect(await growth(what, count)).toBeLessThan(2 * MEBIBYTE);
});
