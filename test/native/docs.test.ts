import { examplesMarked, printedBy, promisedBy } from '../support/examples';

const examples = examplesMarked('ts');

test('there are examples', () => {
  expect(examples.map(({ name }) => name)).toContain('README.md #1');
});

test.each(examples)('$name does what it says', (example) => {
  const expected = promisedBy(example);
  expect(expected.length).toBeGreaterThan(0);
  expect(printedBy(example)).toEqual(expected);
});
