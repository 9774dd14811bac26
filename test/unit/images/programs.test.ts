import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { placePrograms } from '../../../src/images/own/programs';
import type { Entry, Tree } from '../../../src/images/own/tar';
import { ownImage } from '../../../src/images/own-images';

/** An apt that knows every package, and can fetch none. */
const PROGRAMS = {
  'apt-cache': 'for each; do printf "Package: %s\\n\\n" "$each"; done',
  'apt-get': 'echo "$SAID" >&2; exit 100',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit apt-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ["E: Failed to fetch http://host/x.deb  Temporary failure resolving 'host'", 'Is there a network'],
  ['E: Failed to fetch http://host/x.deb  Could not connect to 127.0.0.1:9 (127.0.0.1).', 'Is there a network'],
  ['E: Failed to fetch http://host/x.deb  404  Not Found [IP: 127.0.0.1 80]', 'apt-get update'],
])('what apt says, %s, has a way out', async (said, hint) => {
  for (const [name, script] of Object.entries(PROGRAMS)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const { PATH } = process.env;
  Object.assign(process.env, { PATH: `${folder}:${PATH}`, SAID: said });
  try {
    await expect(ownImage({ name: 'micro', cache: folder, arch: 'x86_64' })).rejects.toMatchObject({
      code: 'ERR_PROGRAM_FAILED',
      message: expect.stringContaining(said) as string,
      hint: expect.stringContaining(hint) as string,
    });
  } finally {
    process.env['PATH'] = PATH;
    delete process.env['SAID'];
  }
});

test('links that lead to each other are an error, and no end without one', () => {
  const stock: Tree = new Map<string, Entry>([
    ['usr/bin/one', { type: 'symlink', target: 'two' }],
    ['usr/bin/two', { type: 'symlink', target: '/bin/one' }],
  ]);
  expect(() => {
    placePrograms({ 'usr/bin/one': '755' }, stock, new Map());
  }).toThrow("the distribution's packages have no usr/bin/one");
});
