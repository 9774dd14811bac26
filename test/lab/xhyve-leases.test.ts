import { appendFileSync, readFileSync } from 'node:fs';

import { Hvkit } from '../../src';
import { readLeases, waitForLease } from '../../src/native/vmnet';
import { takeLease } from './dhcp-client';
import { BRIDGE } from './vmnet';
import { XhyvePlace } from './xhyve-place';

/** .1 is the host's, .2 to .5 are given away, .6 is somebody else's. */
const ADDRESSES = 4;
const ROUNDS = 20;
const LONG = 240_000;
/** Of another program's machine, for a long time to come. */
const THEIRS = '{\n\tname=theirs\n\tip_address=192.168.64.6\n\thw_address=1,8e:1:99:9c:54:b1\n\tlease=0x7fffffff\n}\n';

test(
  `a network of ${ADDRESSES} addresses survives ${ROUNDS} machines, and says when it is full`,
  async () => {
    await using place = new XhyvePlace({ bits: 29, addresses: ADDRESSES });
    await place.vmnet.up();
    await using hv = new Hvkit({ home: place.home, drivers: [place.driver] });
    // Nobody waits for its guest: a client with its MAC asks for an address, which comes sooner.
    const image = place.image('silent', { init: 'none' });
    const create = (name: string) => hv.create({ name, cpus: 1, memory: 128, disk: '8M', image });
    const { leases: path } = place.vmnet;
    appendFileSync(path, THEIRS);

    for (let round = 0; round < ROUNDS; round++) {
      const machine = await create(`dev${round}`);
      await machine.pause();
      const { mac } = machine.plan as { mac: string };
      const address = takeLease(BRIDGE, mac);
      expect(address).toMatch(/^192\.168\.64\.[2-5]$/);
      // The server answers first, and writes it down then.
      expect(await waitForLease(mac, { path })).toMatchObject({ address });
      expect(await hv.leases.list()).toMatchObject([{ address, machine: machine.name, network: 'vmnet' }]);
      await machine.remove();
      expect(readFileSync(path, 'utf8')).toBe(THEIRS);
      await place.vmnet.again();
    }

    for (let last = 2; last < 2 + ADDRESSES; last++) {
      appendFileSync(path, THEIRS.replace('64.6', `64.${last}`).replace('8e:', `${last}e:`));
    }
    await expect(create('one-more')).rejects.toMatchObject({
      code: 'ERR_PRECREATE',
      message: expect.stringContaining("All 5 addresses of vmnet's network 192.168.64.0/29 are leased") as string,
    });
    expect(await hv.list()).toEqual([]);
    expect(await hv.leases.prune()).toEqual([]);
    expect((await readLeases({ path })).leases).toHaveLength(1 + ADDRESSES);
    expect(await place.remains()).toEqual([]);
  },
  LONG,
);
