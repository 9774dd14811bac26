import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { IsoImage, isIso } from '../../../src/images/iso9660/read';
import { writeIso } from '../../../src/images/iso9660/write';
import { bytesSource, withFile } from '../../../src/images/source';
import { damage, readAll } from './iso-fuzz';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-iso-read-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const FILES = [
  { path: 'meta-data', data: 'instance-id: 1\n' },
  { path: 'user-data', data: '#!/bin/sh\n', mode: 0o600 },
  { path: 'empty', data: '' },
  { path: 'hvkit/deep/er/Mixed Case ä.tar.gz', data: Buffer.alloc(5000, 7), mode: 0o755 },
  ...Array.from({ length: 70 }, (_, i) => ({ path: `many/a rather long name, number ${i}`, data: String(i) })),
];

/** The same files in a folder, for other programs. */
function tree(files: readonly { path: string; data: Buffer | string; mode?: number }[]): string {
  const root = join(folder, 'tree');
  for (const { path, data, mode = 0o644 } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), data);
    chmodSync(join(root, path), mode);
  }
  return root;
}

function make(program: string, args: readonly string[], root: string): Buffer {
  const image = join(folder, 'image.iso');
  execFileSync(program, [...args, '-o', image, root], { stdio: 'pipe' });
  return readFileSync(image);
}

async function contents(image: IsoImage) {
  const found = new Map<string, { mode: number | undefined; data: string }>();
  for await (const { path, entry } of image.walk()) {
    if (entry.type === 'file') found.set(path, { mode: entry.mode, data: (await image.read(entry)).toString('hex') });
  }
  return found;
}

const expected = new Map(
  FILES.map(({ path, data, mode = 0o644 }) => [path, { mode, data: Buffer.from(data).toString('hex') }] as const),
);

test.each<[string, () => Buffer]>([
  ['hvkit', () => writeIso({ label: 'cidata', files: FILES })],
  ['genisoimage', () => make('genisoimage', ['-quiet', '-R', '-V', 'cidata'], tree(FILES))],
  ['genisoimage with Joliet', () => make('genisoimage', ['-quiet', '-R', '-J', '-V', 'cidata'], tree(FILES))],
  ['xorriso', () => make('xorriso', ['-as', 'mkisofs', '-R', '-J', '-V', 'cidata'], tree(FILES))],
])('what %s wrote is read: label, names, modes, bytes', async (_, write) => {
  const image = await IsoImage.open(bytesSource(write()));
  expect(image.label).toBe('cidata');
  expect(await contents(image)).toEqual(expected);
});

test('without Rock Ridge, Joliet has the names', async () => {
  const bytes = make('genisoimage', ['-quiet', '-J', '-joliet-long', '-input-charset', 'utf-8'], tree(FILES));
  const image = await IsoImage.open(bytesSource(bytes));
  expect(new Set((await contents(image)).keys())).toEqual(new Set(expected.keys()));
  expect((await image.find('meta-data'))?.mode).toBeUndefined();
});

test('with neither, names are in small letters and are found in any', async () => {
  const files = [
    { path: 'boot/ISOLINUX.CFG', data: 'default linux\n' },
    { path: 'noext', data: 'x' },
  ];
  const image = await IsoImage.open(bytesSource(make('genisoimage', ['-quiet'], tree(files))));
  expect([...(await contents(image)).keys()].sort()).toEqual(['boot/isolinux.cfg', 'noext']);
  const entry = (await image.find('/Boot/IsoLinux.cfg'))!;
  expect((await image.read(entry)).toString()).toBe('default linux\n');
});

test('directories that lie too deep for plain ISO 9660 are read where they belong', async () => {
  const path = 'a/b/c/d/e/f/g/h/i/j/k/file';
  const image = await IsoImage.open(bytesSource(make('genisoimage', ['-quiet', '-R'], tree([{ path, data: 'deep' }]))));
  expect([...(await contents(image)).keys()]).toEqual([path]);
});

test('long names and links go over several entries', async () => {
  const name = `${'ä'.repeat(120)}.cfg`;
  const root = tree([
    { path: `boot/${name}`, data: 'kernel' },
    { path: 'boot/vmlinuz-6.1', data: 'kernel' },
  ]);
  symlinkSync('boot/vmlinuz-6.1', join(root, 'vmlinuz'));
  symlinkSync(`/boot/../boot/./${name}`, join(root, 'long'));
  symlinkSync('round', join(root, 'round'));
  for (const args of [['-quiet', '-R', '-input-charset', 'utf-8']]) {
    const image = await IsoImage.open(bytesSource(make('genisoimage', args, root)));
    const read = async (path: string) => image.read((await image.find(path))!);
    expect((await read('vmlinuz')).toString()).toBe('kernel');
    expect((await read('long')).toString()).toBe('kernel');
    expect((await read(`boot/${name}`)).toString()).toBe('kernel');
    expect(await image.find('boot/absent')).toBeUndefined();
    expect(await image.find('vmlinuz/below')).toBeUndefined();
    await expect(image.find('round')).rejects.toMatchObject({ code: 'ERR_IMAGE_BROKEN' });
  }
});

test('a file larger than one extent holds is read from all of its extents', async () => {
  // The records of two files, made those of one: the first is said to go on in the second.
  const bytes = writeIso({
    label: 'x',
    files: [
      { path: 'a', data: 'A'.repeat(2048) },
      { path: 'b', data: 'tail' },
    ],
  });
  const record = bytes.indexOf('A.;1', 18 * 2048, 'latin1') - 33;
  bytes.writeUInt8(0x80, record + 25);
  const image = await IsoImage.open(bytesSource(bytes));
  const file = (await image.find('a'))!;
  expect((await image.read(file)).toString()).toBe(`${'A'.repeat(2048)}tail`);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['nothing', () => Buffer.alloc(0)],
  ['text', () => Buffer.alloc(40_000, 'text')],
  ['an image without its directories', (bytes) => bytes.subarray(0, 18 * 2048)],
  ['blocks of no size', (bytes) => (bytes.writeUInt16LE(0, 16 * 2048 + 128), bytes)],
  ['a root as large as the world', (bytes) => (bytes.writeUInt32LE(0xffffffff, 16 * 2048 + 156 + 10), bytes)],
  ['a root behind the end', (bytes) => (bytes.writeUInt32LE(0xfffffff0, 16 * 2048 + 156 + 2), bytes)],
])('%s is refused, and said to be no image', async (_, change) => {
  const source = bytesSource(change(writeIso({ label: 'x', files: FILES })));
  const open = async () => contents(await IsoImage.open(source));
  await expect(open()).rejects.toMatchObject({ name: 'HvError', code: 'ERR_IMAGE_BROKEN' });
});

test('a file that is cut off is listed, and not read', async () => {
  const whole = writeIso({ label: 'x', files: [{ path: 'big', data: Buffer.alloc(100_000, 1) }] });
  const image = await IsoImage.open(bytesSource(whole.subarray(0, 100_000)));
  const big = (await image.find('big'))!;
  expect(big.size).toBe(100_000);
  await expect(image.read(big)).rejects.toMatchObject({ code: 'ERR_IMAGE_BROKEN' });
});

test('a directory that holds itself is walked once', async () => {
  const bytes = writeIso({ label: 'x', files: [{ path: 'folder/file', data: 'x' }] });
  const rootAt = bytes.readUInt32LE(16 * 2048 + 158);
  const record = bytes.indexOf('FOLDER', rootAt * 2048, 'latin1') - 33;
  bytes.writeUInt32LE(rootAt, record + 2);
  const image = await IsoImage.open(bytesSource(bytes));
  const paths: string[] = [];
  for await (const { path } of image.walk()) paths.push(path);
  expect(paths).toEqual(['folder']);
  expect((await image.find('folder/folder/folder'))?.type).toBe('directory');
});

test('a small image that says it is full of large directories is not read for hours', async () => {
  const names = Array.from({ length: 200 }, (_, i) => `d${i}`);
  const bytes = writeIso({ label: 'x', files: names.map((name) => ({ path: `${name}/f`, data: '' })) });
  const rootAt = bytes.readUInt32LE(16 * 2048 + 158) * 2048;
  // Each of them begins at another sector of nothing, and is as large as one may be.
  names.forEach((name, index) => {
    const record = bytes.indexOf(name.toUpperCase(), rootAt, 'latin1') - 33;
    bytes.writeUInt32LE(10_000 + index, record + 2);
    bytes.writeUInt32LE(32 * 2 ** 20, record + 10);
  });
  const zeros = Buffer.alloc(32 * 2 ** 20);
  let read = 0;
  const source = {
    size: 2 ** 40,
    read: (offset: number, length: number) => {
      read += length;
      return Promise.resolve(
        offset < bytes.length ? bytes.subarray(offset, offset + length) : zeros.subarray(0, length),
      );
    },
  };
  await expect(contents(await IsoImage.open(source))).rejects.toMatchObject({ code: 'ERR_IMAGE_BROKEN' });
  expect(read).toBeLessThan(700 * 2 ** 20);
});

test('no name leads out of the directory it stands in', async () => {
  const bytes = writeIso({ label: 'x', files: [{ path: 'aabaac', data: 'x' }] });
  for (let at = bytes.indexOf('aabaac'); at >= 0; at = bytes.indexOf('aabaac')) bytes.write('../../', at, 'latin1');
  const image = await IsoImage.open(bytesSource(bytes));
  expect((await image.list(image.root)).map(({ name }) => name)).toEqual(['.._.._']);
});

test('tells images from other files', async () => {
  const path = join(folder, 'some.iso');
  writeFileSync(path, writeIso({ label: 'x', files: [] }));
  expect(await withFile(path, isIso)).toBe(true);
  expect(await isIso(bytesSource(Buffer.alloc(100_000)))).toBe(false);
  expect(await isIso(bytesSource(Buffer.alloc(10)))).toBe(false);
});

test('a damaged image is read or refused, and nothing else', async () => {
  const files = FILES.slice(0, 12);
  const root = tree(files);
  symlinkSync('hvkit/deep', join(root, 'link'));
  const images = [
    make('genisoimage', ['-quiet', '-R'], root),
    make('genisoimage', ['-quiet', '-J', '-input-charset', 'utf-8'], root),
    writeIso({ label: 'x', files }),
  ];
  for (const image of images) {
    for (let seed = 0; seed < 150; ++seed) await readAll(damage(image, seed), seed);
  }
});
