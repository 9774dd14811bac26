import { fuzzMachineFile, fuzzSettings } from '../../support/fuzz-files';

test('a damaged machine file is refused by its code, or is whole after all', () => {
  const { wrong, taken, refused } = fuzzMachineFile(1, 2000);
  expect(wrong).toEqual([]);
  expect(Math.min(taken, refused)).toBeGreaterThan(50);
});

test('damaged settings are refused by their codes and left as they are, or can be read and changed', async () => {
  const { wrong, taken, refused } = await fuzzSettings(1, 150);
  expect(wrong).toEqual([]);
  expect(Math.min(taken, refused)).toBeGreaterThan(10);
});
