import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Hvkit } from '../../../src/machines/hvkit';
import { fileDriver } from '../../support/file-driver';
import { Folder } from '../../support/folder';
import { lease, withLeases } from '../../support/leases';

test('the leases of all drivers; pruned are those that are of no machine', async () => {
  using home = new Folder();
  const [one, two] = [[lease('10.0.0.2', 'dev'), lease('10.0.0.3')], [lease('10.1.0.2')]];
  const drivers = [withLeases('one', one), fileDriver, withLeases('two', two)];
  await using hv = new Hvkit({ home: home.path, drivers });
  const addresses = async () => (await hv.leases.list()).map(({ address }) => address);
  expect(await addresses()).toEqual(['10.0.0.2', '10.0.0.3', '10.1.0.2']);
  expect(await hv.leases.prune({ dryRun: true })).toEqual([lease('10.0.0.3'), lease('10.1.0.2')]);
  expect(await addresses()).toHaveLength(3);
  expect(await hv.leases.prune()).toEqual([lease('10.0.0.3'), lease('10.1.0.2')]);
  expect(await addresses()).toEqual(['10.0.0.2']);
  await expect(hv.leases.release('10.0.0.3')).rejects.toMatchObject({ code: 'ERR_NO_LEASE' });
  await hv.leases.release('10.0.0.2');
  expect(await addresses()).toEqual([]);
});

test("nothing is pruned while a machine cannot be read: its lease would look like nobody's", async () => {
  using home = new Folder();
  const table = [lease('10.0.0.3')];
  await using hv = new Hvkit({ home: home.path, drivers: [withLeases('one', table)] });
  mkdirSync(join(home.path, 'machines', 'dev'), { recursive: true });
  writeFileSync(join(home.path, 'machines', 'dev', 'machine.json'), '{');
  await expect(hv.leases.prune()).rejects.toMatchObject({ code: 'ERR_MACHINE_FILE' });
  expect(table).toHaveLength(1);
});
