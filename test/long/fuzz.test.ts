import { fuzz, SURVIVED } from '../native/fuzz';

jest.setTimeout(30 * 60 * 1000);

test('no call with arguments of the right types, whatever they say, ends the process', async () => {
  for (let seed = 1000; seed < 1200; ++seed) expect(await fuzz(seed, 50)).toEqual({ seed, ...SURVIVED });
});
