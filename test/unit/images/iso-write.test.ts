import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeIso, type IsoFile } from '../../../src/images/iso9660/write';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-iso-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const FILES: IsoFile[] = [
  { path: 'meta-data', data: 'instance-id: 1\n' },
  { path: 'user-data', data: '#!/bin/sh\n', mode: 0o600 },
  { path: 'user_data', data: '' },
  { path: 'hvkit/ssh_host_ed25519_key.pub', data: 'ssh-ed25519 AAAA\n' },
  { path: 'hvkit/deep/er/Mixed Case ä.tar.gz', data: Buffer.alloc(5000, 7), mode: 0o755 },
  // More than one sector of directory.
  ...Array.from({ length: 70 }, (_, i) => ({ path: `many/a rather long name, number ${i}`, data: String(i) })),
];

function write(files = FILES): string {
  const path = join(folder, 'image.iso');
  writeFileSync(path, writeIso({ label: 'cidata', files }));
  return path;
}

test('what is written, other programs unpack: names, modes and bytes', () => {
  const image = write();
  for (const unpack of [
    (into: string) => execFileSync('bsdtar', ['-xpf', image, '-C', into]),
    (into: string) =>
      execFileSync('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/', into], { stdio: 'pipe' }),
  ]) {
    const into = mkdtempSync(join(folder, 'unpacked-'));
    unpack(into);
    const unpacked = FILES.map(({ path }) => {
      const file = join(into, path);
      return { path, mode: statSync(file).mode & 0o7777, data: execFileSync('cat', [file]).toString('hex') };
    });
    expect(unpacked).toEqual(
      FILES.map(({ path, data, mode = 0o644 }) => ({ path, mode, data: Buffer.from(data).toString('hex') })),
    );
    expect(execFileSync('find', [into, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n')).toHaveLength(
      FILES.length,
    );
  }
});

test('isoinfo and blkid read the label, the names and the owner', () => {
  const image = write();
  expect(execFileSync('isoinfo', ['-d', '-i', image], { encoding: 'utf8' })).toContain('Volume id: cidata');
  expect(execFileSync('/sbin/blkid', ['-p', '-o', 'export', image], { encoding: 'utf8' })).toContain('LABEL=cidata\n');
  const listing = execFileSync('isoinfo', ['-R', '-l', '-i', image], { encoding: 'utf8' });
  expect(listing).toMatch(/-rw------- +1 +0 +0 +10 Jan +1 1970 \[ +\d+ 00\] {2}user-data/);
  expect(listing).toMatch(/drwxr-xr-x +3 +0 +0 .* hvkit/);
});

test('an image of little files is still longer than what busybox reads before it looks for a label', () => {
  expect(statSync(write([{ path: 'meta-data', data: '' }])).size).toBeGreaterThan(68 * 1024);
});

test('the same files give the same bytes', () => {
  expect(writeIso({ label: 'cidata', files: FILES }).equals(writeIso({ label: 'cidata', files: FILES }))).toBe(true);
});

test.each([
  [[{ path: '../etc/passwd', data: '' }]],
  [[{ path: '/etc', data: '' }]],
  [[{ path: 'a//b', data: '' }]],
  [[{ path: '', data: '' }]],
  [[{ path: 'a'.repeat(200), data: '' }]],
  [
    [
      { path: 'a', data: '' },
      { path: 'a/b', data: '' },
    ],
  ],
  [
    [
      { path: 'a', data: '' },
      { path: 'a', data: '' },
    ],
  ],
])('a name that cannot be in an image is refused: %j', (files) => {
  let error: unknown;
  try {
    writeIso({ label: 'x', files });
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ name: 'HvError', code: 'ERR_INVALID_ARGUMENT' });
});
