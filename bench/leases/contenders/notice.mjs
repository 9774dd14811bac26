// notice.mjs WHO HVKIT FOLDER: how long after a lease was written its address is known.
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { serve } from '../../harness/serve.mjs';
import { HARDWARE, MAC, tableOf } from '../table.mjs';
import { plainLookUp } from './plain.mjs';

const [who, root, folder] = process.argv.slice(2);
const file = join(folder, `dhcpd_leases-${who}`);
const POLL_MS = 2000;
const table = tableOf(250);
const without = table.replaceAll(HARDWARE, '1,2:0:0:0:ff:ff');

/** As bootpd does it. */
function replace(text) {
  writeFileSync(`${file}-`, text);
  renameSync(`${file}-`, file);
}

const WAYS = {
  hvkit() {
    const { waitForLease } = createRequire(import.meta.url)(join(root, 'dist', 'native', 'vmnet'));
    // A moment, so that it waits before it is written.
    return { wait: async () => (await waitForLease(MAC, { path: file })).address, within: 20 };
  },
  poll: () => ({
    async wait() {
      for (;;) {
        const address = await plainLookUp(file, HARDWARE);
        if (address) return address;
        await delay(POLL_MS);
      }
    },
    // At any moment between two looks.
    within: POLL_MS,
  }),
};

const { wait, within } = WAYS[who]();

async function notice() {
  replace(without);
  const waiting = wait();
  await delay(5 + Math.random() * within);
  const written = process.hrtime.bigint();
  replace(table);
  const result = await waiting;
  return { ns: Number(process.hrtime.bigint() - written), result };
}

await serve(
  {},
  {
    async notice(count) {
      let sum = 0;
      let result;
      for (let i = 0; i < count; ++i) {
        const once = await notice();
        sum += once.ns;
        result = once.result;
      }
      return { ns: sum, result };
    },
  },
);
