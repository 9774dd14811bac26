import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { Images } from '../../../src/images/images';
import { Apt } from '../../../src/images/own/apt';
import { buildOwn } from '../../../src/images/own/build';
import { hostArch } from '../../../src/images/work';

const BUILD = join(__dirname, '../../../build');

/** Stays, so that the distribution's packages are downloaded when they are new and not at each run. */
const KEPT = join(BUILD, 'micro-home');

let home: string;
beforeEach(() => {
  // On the same disk: packages are linked.
  mkdirSync(KEPT, { recursive: true });
  home = mkdtempSync(join(BUILD, 'micro-second-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

test('an image whose record is damaged is none', async () => {
  const folder = join(home, 'cache', 'micro', `${hostArch()}-0123456789abcdef`);
  mkdirSync(folder, { recursive: true });
  for (const record of ['{', '{"files":{}}']) {
    writeFileSync(join(folder, 'lock.json'), record);
    const micro = (await new Images({ home }).list()).find(({ name }) => name === 'micro');
    expect(micro).toEqual({ name: 'micro', arch: hostArch(), description: expect.any(String) as string });
  }
});

test('what killed builds left is cleared away by the next one, and what one works in stays', async () => {
  const cache = join(home, 'cache');
  const folder = join(cache, 'micro');
  const packages = join(folder, 'packages');
  const left = [join(folder, 'x86_64-0123456789abcdef.new-aBcDeF'), join(packages, '.download-aBcDeF')];
  const used = [join(folder, 'x86_64-0123456789abcdef.new-gHiJkL'), join(packages, '.download-gHiJkL')];
  for (const each of [...left, ...used]) {
    mkdirSync(each, { recursive: true });
    writeFileSync(join(each, 'part'), 'a part');
  }
  const lastWeek = Date.now() / 1000 - 7 * 24 * 3600;
  for (const each of [...left, ...used.map((other) => join(other, 'part'))]) utimesSync(each, lastWeek, lastWeek);
  const signal = AbortSignal.abort();
  await expect(buildOwn({ name: 'micro', cache, arch: hostArch(), signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  await new Apt(hostArch(), signal).download([], packages);
  expect(readdirSync(folder).sort()).toEqual(['packages', 'x86_64-0123456789abcdef.new-gHiJkL']);
  expect(readdirSync(packages)).toEqual(['.download-gHiJkL']);
});

// The first time, it downloads a hundred megabytes.
test('micro comes out of the same packages with the same bytes, wherever it is built', async () => {
  const images = new Images({ home: KEPT });
  const { cached = 0 } = await images.build('micro');
  expect(cached).toBeGreaterThan(10 * 2 ** 20);
  const first = await images.resolve('micro');
  expect(first).toMatchObject({ name: 'micro', arch: hostArch(), user: 'hvkit', init: 'micro' });

  const [from, to] = [KEPT, home].map((each) => join(each, 'cache', 'micro', 'packages')) as [string, string];
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) if (name.endsWith('.deb')) linkSync(join(from, name), join(to, name));
  const umask = process.umask(0o077);
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Asia/Tokyo';
  try {
    const stages: string[] = [];
    const second = await new Images({ home }).resolve('micro', { onProgress: (message) => stages.push(message) });
    expect(stages).toContain('packing the image');
    expect(second.digest).toBe(first.digest);
    for (const file of ['kernel', 'initrd'] as const) {
      expect(readFileSync(second[file]!.path).equals(readFileSync(first[file]!.path))).toBe(true);
    }
  } finally {
    process.umask(umask);
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }

  await new Images({ home }).remove('micro');
  expect(readdirSync(join(home, 'cache'))).toEqual([]);
}, 600_000);
