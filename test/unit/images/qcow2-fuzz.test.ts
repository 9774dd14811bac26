import { fuzzQcow2 } from '../../support/fuzz-qcow2';

test('a damaged head of a qcow2 image is refused by its code, or says what an image can be', async () => {
  const { wrong, taken, refused } = await fuzzQcow2(1, 3000);
  expect(wrong).toEqual([]);
  expect(Math.min(taken, refused)).toBeGreaterThan(100);
});
