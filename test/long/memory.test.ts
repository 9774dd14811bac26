import { growth, MEBIBYTE } from '../native/memory';

jest.setTimeout(30 * 60 * 1000);

// A million calls and 200,000 events in all.
test.each([
  ['calls', 250_000],
  ['handles', 250_000],
  ['freed handles', 100_000],
  ['failures', 50_000],
  ['values', 45_000],
  ['events', 50_000],
  ['subscriptions', 50_000],
  ['connections', 10_000],
  ['private connections', 5_000],
])('%s leave no memory behind', async (what, count) => {
  expect(await growth(what, count)).toBeLessThan(2 * MEBIBYTE);
});
