import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { lifecycleSuite } from '../../src/testing';
import { xhyveOn } from '../../src/drivers/xhyve';
import { Helper } from './helper';
import { XhyvePlace } from './xhyve-place';

/** The suite that every driver has to pass, for xhyve whose machines have vmnet by the helper. */
const place = new XhyvePlace();
const folder = Helper.newFolder();
const helper = Helper.placeIn(folder);
let serving: Helper;

beforeAll(async () => {
  await place.vmnet.up();
  serving = await Helper.begin(place.vmnet.leases, { folder, users: [] });
});

lifecycleSuite({
  definition: xhyveOn({ ...place.host, helper }),
  run: { test, after: afterAll },
  label: 'xhyve, by the helper',
  request: { image: place.imageWith9p('micro'), cpus: 1, memory: '256M', disk: '64M' },
  home: place.home,
  remains: async () => {
    // Who passed a machine's frames is told that it has gone, and goes then.
    await serving.idle();
    return place.remains();
  },
});

test('the MACs were given by the helper, and given back', () => {
  expect(readFileSync(join(helper.state, 'macs'))).toHaveLength(0);
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});
