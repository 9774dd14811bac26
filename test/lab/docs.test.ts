import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fillCache } from './cli';
import { examplesMarked, printedBy, promisedBy } from '../support/examples';

/** The examples that make machines, with an image that was built before the lab began: it has no network to get one from. */
test.each(examplesMarked('ts machine'))('$name does what it says', (example) => {
  const home = mkdtempSync(join(tmpdir(), 'hvkit-docs-'));
  try {
    fillCache(home);
    const scratch = mkdtempSync(join(home, 'tmp-'));
    const env = { ...process.env, HVKIT_HOME: home, TMPDIR: scratch };
    expect(printedBy(example, env)).toEqual(promisedBy(example));
    // Whoever tries an example is left with nothing of it.
    expect(readdirSync(scratch)).toEqual([]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
