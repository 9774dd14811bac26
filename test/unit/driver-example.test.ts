import { examplesMarked, printedBy } from '../support/examples';

test('the driver in the docs passes the tests that come with it', () => {
  const [example, ...others] = examplesMarked('ts driver');
  expect(others).toEqual([]);
  // It would end with another status.
  const lines = printedBy(example!);
  expect(lines).toContainEqual(expect.stringMatching(/ fail 0$/));
  expect(lines).toContainEqual(expect.stringMatching(/ pass [2-9]\d$/));
});
