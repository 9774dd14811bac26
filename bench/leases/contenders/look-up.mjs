// look-up.mjs WHO HVKIT FILE: looks a MAC up in a table of leases.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { serve } from '../../harness/serve.mjs';
import { HARDWARE, MAC } from '../table.mjs';
import { newest, plainLookUp } from './plain.mjs';

const [who, root, file] = process.argv.slice(2);
const run = promisify(execFile);

const WAYS = {
  hvkit() {
    const { findLease } = createRequire(import.meta.url)(join(root, 'dist', 'native', 'vmnet'));
    return async () => (await findLease(MAC, { path: file })).address;
  },
  plain: () => () => plainLookUp(file, HARDWARE),
  // The line before has the address, the second one after it says until when.
  grep: () => async () => {
    const { stdout } = await run('grep', ['-B1', '-A2', `hw_address=${HARDWARE}$`, file]);
    return newest(stdout.replaceAll(/(lease=.*)/g, '$1\n}'), HARDWARE);
  },
};

await serve({ lookup: WAYS[who]() });
