import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runChild } from './child-process';

/** What a run of children/fuzz.js came to; `last` is the call that was made before it ended. */
export async function fuzz(seed: number, rounds: number) {
  // Some of the names are taken for those of files.
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-fuzz-'));
  const journal = join(folder, 'journal');
  const { code, signal, stdout } = await runChild('fuzz.js', [String(seed), String(rounds), journal], { cwd: folder });
  const last = code === 0 ? '' : readFileSync(journal, 'utf8').trimEnd().split('\n').at(-1);
  rmSync(folder, { recursive: true });
  return { seed, code, signal, stdout, last };
}

export const SURVIVED = { code: 0, signal: null, stdout: 'done\n', last: '' };
