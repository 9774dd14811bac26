// Usage: hvkit.mjs PACKAGE URI DOMAIN, where PACKAGE is the folder of a built hvkit. See ../README.md for what the verbs mean.
import { openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { memory, serve } from '../../harness/serve.mjs';

const [packageFolder, uri, name] = process.argv.slice(2);
const { connect, DomainStatsTypes } = createRequire(import.meta.url)(
  join(packageFolder, 'dist', 'native', 'libvirt', 'index.js'),
);

const conn = await connect(uri);
const domain = await conn.lookupDomainByName(name);

const verbs = {
  async state() {
    return (await domain.state()).state;
  },
  async lookup() {
    (await conn.lookupDomainByName(name)).free();
    return 1;
  },
  async list() {
    let letters = 0;
    for (const each of await conn.listAllDomains()) letters += each.name.length;
    return letters;
  },
  async states() {
    let sum = 0;
    for (const { stats } of await conn.allDomainStats(DomainStatsTypes.STATE)) sum += stats['state.state'];
    return sum;
  },
  async open() {
    await (await connect(uri)).close();
    return 1;
  },
};

async function events(count) {
  const stamp = openSync(process.env.HVKIT_BENCH_STAMP, 'r');
  const bytes = Buffer.alloc(8);
  const fromCall = [];
  const fromCallback = [];
  let arrived;
  const subscription = await conn.on(
    'domain.lifecycle',
    () => {
      arrived(process.hrtime.bigint());
    },
    { of: domain },
  );
  for (let i = 0; i < count; ++i) {
    const arrival = new Promise((resolve) => {
      arrived = resolve;
    });
    const start = process.hrtime.bigint();
    const done = i % 2 ? domain.resume() : domain.suspend();
    const time = await arrival;
    await done;
    readSync(stamp, bytes, 0, 8, 0);
    fromCall.push(Number(time - start));
    fromCallback.push(Number(time - bytes.readBigUInt64LE()));
  }
  await subscription.stop();
  return { fromCall, fromCallback };
}

async function handles(lists) {
  await verbs.list();
  const before = await memory();
  const held = [];
  for (let i = 0; i < lists; ++i) held.push(await conn.listAllDomains());
  const after = await memory();
  return {
    handles: held.flat().length,
    resident: after.rss - before.rss,
    heap: after.heapUsed - before.heapUsed,
  };
}

await serve(verbs, { events, handles });
await conn.close();
