import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { damage, readAll } from '../unit/images/iso-fuzz';

jest.setTimeout(30 * 60 * 1000);

test('no damage to an ISO 9660 image makes the reader hang, or fail in a way of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-iso-fuzz-'));
  const root = join(folder, 'tree');
  mkdirSync(join(root, 'a/b/c/d/e/f/g/h/i'), { recursive: true });
  for (let i = 0; i < 80; ++i) writeFileSync(join(root, `a/a name that is not short, number ${i}`), String(i));
  writeFileSync(join(root, 'a/b/c/d/e/f/g/h/i/deep'), 'deep');
  symlinkSync('a/b/c', join(root, 'link'));
  for (const args of [['-R'], ['-J'], ['-R', '-J'], []]) {
    const path = join(folder, 'image.iso');
    execFileSync('genisoimage', ['-quiet', '-input-charset', 'utf-8', ...args, '-o', path, root], { stdio: 'pipe' });
    const image = readFileSync(path);
    for (let seed = 0; seed < 10_000; ++seed) await readAll(damage(image, seed), seed);
  }
  rmSync(folder, { recursive: true });
});
