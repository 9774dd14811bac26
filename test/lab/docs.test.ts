import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fillCache } from './cli';
import { examplesMarked, printedBy, promisedBy } from '../support/examples';

/** The examples that make machines, with an image that was built before the lab began: it has no network to get one from. */
test.each(examplesMarked('ts machine'))('$name does what it says', (example) => {
  const home = mkdtempSync(join(tmpdir(), 'hvkit-docs-'));
  try {
    fillCache(home);
    expect(printedBy(example, { ...process.env, HVKIT_HOME: home })).toEqual(promisedBy(example));
  } finally {
    rmSync(home, { recursive: true });
  }
});
