import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Hvkit, type Machine } from '../../src';
import { readLeases } from '../../src/native/vmnet';
import { lifecycleSuite } from '../../src/testing';
import { xhyveOn } from '../../src/drivers/xhyve';
import { Helper } from './helper';
import { XhyvePlace } from './xhyve-place';

/** The suite that every driver has to pass, for xhyve whose machines have vmnet by the helper. */
const ADDRESS = '192.168.70.5';
const place = new XhyvePlace({ kept: { name: 'kept', address: ADDRESS } });
const folder = Helper.newFolder();
const helper = Helper.placeIn(folder);
let serving: Helper;

beforeAll(async () => {
  await place.vmnet.up();
  serving = await Helper.begin(place.vmnet.leases, { folder, users: [] });
});

const definition = xhyveOn({ ...place.host, helper });
const request = { image: place.imageWith9p('micro'), cpus: 1, memory: '256M', disk: '64M' };

lifecycleSuite({
  definition,
  run: { test, after: afterAll },
  label: 'xhyve, by the helper',
  request,
  home: place.home,
  remains: async () => {
    // Who passed a machine's frames is told that it has gone, and goes then.
    await serving.idle();
    return place.remains();
  },
});

function addressOfHost(what: 'add' | 'del', address: string): void {
  execFileSync('ip', ['addr', what, address, 'dev', 'lo']);
}

test('an address that is kept for a machine is known before its guest boots, and stays', async () => {
  await using hv = new Hvkit({ home: join(place.folder, 'kept'), drivers: [definition] });
  const create = (address: string): Promise<Machine> => hv.create({ ...request, name: 'kept', options: { address } });
  addressOfHost('add', '192.168.80.7/20');
  for (const [address, words] of [
    ['10.0.0.5', 'those from 192.168.65.2 to 192.168.127.254 are'],
    ['192.168.95.5', 'The address 192.168.95.5 is in the network of lo'],
  ] as const) {
    await expect(create(address)).rejects.toMatchObject({
      code: 'ERR_PRECREATE',
      message: expect.stringContaining(words) as string,
    });
  }
  addressOfHost('del', '192.168.80.7/20');
  expect(await hv.list()).toEqual([]);

  const machine = await create(ADDRESS);
  const [lease] = (await readLeases({ path: place.vmnet.leases })).leases;
  expect(lease).toMatchObject({ address: ADDRESS, mac: machine.plan['mac'] });
  const pid = readFileSync(join(hv.home, 'xhyve', machine.uuid, 'hyperkit.pid'), 'utf8');
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(`preferred_ipv4=${ADDRESS}`);
  // As on macOS, whose table knows nothing of what is kept.
  writeFileSync(place.vmnet.leases, '');
  expect(await machine.ip()).toBe(ADDRESS);
  await machine.kill();

  // Somebody else's by now.
  addressOfHost('add', '192.168.70.1/24');
  await expect(machine.start()).rejects.toMatchObject({
    code: 'ERR_XHYVE_NETWORK',
    message: expect.stringContaining(`The address ${ADDRESS} is not kept for the machine`) as string,
  });
  addressOfHost('del', '192.168.70.1/24');
  await machine.remove();
}, 120_000);

test('the MACs were given by the helper, and given back', () => {
  expect(readFileSync(join(helper.state, 'macs'))).toHaveLength(0);
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});
