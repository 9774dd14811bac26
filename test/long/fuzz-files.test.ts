import { fuzzMachineFile, fuzzSettings } from '../support/fuzz-files';
import { fuzzPlist } from '../support/fuzz-plist';
import { fuzzQcow2 } from '../support/fuzz-qcow2';

jest.setTimeout(30 * 60 * 1000);

test('no damage of a machine file is worse than a refusal', () => {
  for (let seed = 100; seed < 200; seed += 1) expect(fuzzMachineFile(seed, 2000).wrong).toEqual([]);
});

test('no damage of the settings is worse than a refusal', async () => {
  for (let seed = 100; seed < 150; seed += 1) expect((await fuzzSettings(seed, 200)).wrong).toEqual([]);
});

test('no damage of the settings of vmnet is worse than a refusal', () => {
  for (let seed = 100; seed < 1100; seed += 1) expect(fuzzPlist(seed, 6000).wrong).toEqual([]);
});

test('no damage of the head of a qcow2 image is worse than a refusal', async () => {
  for (let seed = 100; seed < 300; seed += 1) expect((await fuzzQcow2(seed, 2000)).wrong).toEqual([]);
});
