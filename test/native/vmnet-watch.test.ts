import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DriverMachine } from '../../src/driver';
import { xhyveOn } from '../../src/drivers/xhyve';
import { macOS } from '../../src/drivers/xhyve/host';
import { findLease, removeLeases, waitForLease, watchLeases, type Lease } from '../../src/native/vmnet';
import { Folder } from '../support/folder';

const MAC = '8e:01:99:9c:54:b1';
const A_MINUTE = 60_000;
const PLAN = {
  schema: 1,
  hyperkit: '/hyperkit',
  uuid: '0f4b4d6f-6d37-4ca7-91e9-4fd0cc2a6a11',
  network: {},
  cpus: 1,
  memory: 256,
  disk: 1,
  format: 'raw',
  cmdline: '',
  disks: [],
  vsock: [],
  user: 'hvkit',
};

function entry(last: number, hardware = '1,8e:1:99:9c:54:b1', lease = '0x5f3b2a10'): string {
  return `{\n\tname=dev\n\tip_address=192.168.64.${last}\n\thw_address=${hardware}\n\tidentifier=${hardware}\n\tlease=${lease}\n}\n`;
}

class Table extends Folder {
  readonly file = join(this.path, 'dhcpd_leases');
  readonly options = { path: this.file, deadlineMs: A_MINUTE };

  /** As bootpd does it. */
  replace(text: string): void {
    writeFileSync(`${this.file}-`, text);
    renameSync(`${this.file}-`, this.file);
  }
}

/** Lets what was begun come so far that only an event can bring it on. */
async function untilItWaits({ file }: Table): Promise<void> {
  await findLease(MAC, { path: file });
  await findLease(MAC, { path: file });
}

describe('waiting for a lease', () => {
  test('one that is there is told at once', async () => {
    using table = new Table();
    table.replace(entry(3));
    await expect(waitForLease(MAC, { ...table.options, deadlineMs: 0 })).resolves.toMatchObject({
      address: '192.168.64.3',
    });
  });

  test.each<[string, (table: Table) => void]>([
    [
      'of a file that was not there',
      (table) => {
        table.replace(entry(4));
      },
    ],
    [
      'of a file that was written where it was',
      (table) => {
        appendFileSync(table.file, entry(4));
      },
    ],
    [
      'of a file that took its place',
      (table) => {
        table.replace(entry(9, '1,2:0:0:0:0:1') + entry(4));
      },
    ],
    [
      'of several changes at once',
      (table) => {
        for (let i = 0; i < 50; i += 1) table.replace(entry(i + 10, `1,2:0:0:0:0:${i.toString(16)}`));
        table.replace(entry(4));
      },
    ],
    [
      'of a file that was gone for a while',
      (table) => {
        rmSync(table.file, { force: true });
        table.replace(entry(4));
      },
    ],
  ])('a change wakes it: that %s', async (_, change) => {
    using table = new Table();
    if (!_.includes('not there')) table.replace(entry(9, '1,2:0:0:0:0:1'));
    const waiting = waitForLease(MAC, table.options);
    await untilItWaits(table);
    change(table);
    await expect(waiting).resolves.toMatchObject({ address: '192.168.64.4' });
  });

  test('what stood there before does not count until it is renewed', async () => {
    using table = new Table();
    table.replace(entry(3));
    const before = await findLease(MAC, table.options);
    const waiting = waitForLease(MAC, { ...table.options, before });
    await untilItWaits(table);
    table.replace(entry(3) + entry(5, '1,2:0:0:0:0:1'));
    await untilItWaits(table);
    table.replace(entry(3, '1,8e:1:99:9c:54:b1', '0x5f3b2a11'));
    await expect(waiting).resolves.toMatchObject({ expires: new Date(0x5f3b2a11 * 1000) });
  });

  test('other files of the folder are nothing to it, and its end shows the table', async () => {
    using table = new Table();
    table.replace(entry(7, '1,2:0:0:0:0:1'));
    const waiting = waitForLease(MAC, { ...table.options, deadlineMs: 50 });
    writeFileSync(join(table.path, 'other'), entry(3));
    await expect(waiting).rejects.toMatchObject({
      name: 'HvError',
      code: 'ERR_LEASE_WAIT',
      message: `No lease for ${MAC} came into ${table.file} within 50 ms. It holds:\n  192.168.64.7  1,2:0:0:0:0:1  dev`,
    });
    rmSync(table.file);
    await expect(waitForLease(MAC, { ...table.options, deadlineMs: 0 })).rejects.toMatchObject({
      message: expect.stringContaining('It is empty.') as string,
    });
  });

  test('a signal ends it', async () => {
    using table = new Table();
    const stop = new AbortController();
    const reason = new Error('The machine died');
    const waiting = waitForLease(MAC, { ...table.options, signal: stop.signal });
    await untilItWaits(table);
    stop.abort(reason);
    await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR', cause: reason });
    await expect(waitForLease(MAC, { ...table.options, signal: stop.signal })).rejects.toMatchObject({
      code: 'ABORT_ERR',
    });
  });

  test('a folder that is not there is an error', async () => {
    using table = new Table();
    await expect(waitForLease(MAC, { path: join(table.path, 'none', 'leases') })).rejects.toMatchObject({
      code: 'ERR_LEASE_FILE',
    });
  });

  test('a removal of ours is one change like any other', async () => {
    using table = new Table();
    table.replace(entry(3));
    const before = await findLease(MAC, table.options);
    const waiting = waitForLease(MAC, { ...table.options, before });
    await removeLeases([{ mac: MAC }], table.options);
    table.replace(entry(6));
    await expect(waiting).resolves.toMatchObject({ address: '192.168.64.6' });
  });
});

test('each new or renewed lease is told once', async () => {
  using table = new Table();
  mkdirSync(join(table.path, 'other'));
  const first = entry(3);
  table.replace(first);
  const stop = new AbortController();
  const told: Lease[] = [];
  const reading = (async () => {
    for await (const lease of watchLeases({ path: table.file, signal: stop.signal })) {
      told.push(lease);
      if (lease.address === '192.168.64.5') stop.abort();
    }
  })();
  // What comes before it has begun to watch is no news: so it is renewed until it is told.
  for (let lease = 0x5f3b2b00; told.length === 0; lease += 1) {
    table.replace(entry(3, '1,8e:1:99:9c:54:b1', `0x${lease.toString(16)}`) + first);
    await findLease(MAC, table.options);
  }
  table.replace(entry(5, '1,2:0:0:0:0:1') + first);
  await reading;

  const keys = told.map(({ address, expires }) => `${address} ${expires?.getTime()}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).not.toContain(`192.168.64.3 ${0x5f3b2a10 * 1000}`);
  expect(keys.at(-1)).toBe(`192.168.64.5 ${0x5f3b2a10 * 1000}`);
});

test('who waits for a machine of xhyve is told of its lease by the write', async () => {
  using table = new Table();
  const context = { home: { path: table.path, id: '' }, env: {}, warn: () => undefined };
  const driver = xhyveOn({ ...macOS, leases: table.file }).create(context);
  const machine = { name: 'dev', plan: { ...PLAN, mac: MAC } } as unknown as DriverMachine;
  using watch = driver.watchAddress?.(machine);
  expect(await driver.address(machine)).toBeUndefined();
  const told = watch?.changed(A_MINUTE, AbortSignal.timeout(A_MINUTE));
  table.replace(entry(7));
  await told;
  expect(await driver.address(machine)).toMatchObject({ host: '192.168.64.7' });
});
