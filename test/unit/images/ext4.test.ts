import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeExt4 } from '../../../src/images/own/ext4';
import type { Entry, Tree } from '../../../src/images/own/tar';

const FILE_SYSTEM = { label: 'a-root', uuid: '5d0c4b1e-7f0a-4c57-9d43-6b3f1c7a8e20' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function tree(): Tree {
  const many = Array.from({ length: 300 }, (_, index) => [
    `usr/share/many/file ${index}`,
    { type: 'file', mode: 0o644, data: Buffer.from(`${index}\n`) },
  ]) as [string, Entry][];
  return new Map<string, Entry>([
    ['.', { type: 'directory', mode: 0o755 }],
    ['usr/bin/sudo', { type: 'file', mode: 0o4755, data: Buffer.alloc(3 * 2 ** 20, 'sudo') }],
    ['bin', { type: 'symlink', target: 'usr/bin' }],
    ['tmp', { type: 'directory', mode: 0o1777 }],
    ['root', { type: 'directory', mode: 0o700 }],
    ['etc/empty', { type: 'file', mode: 0o600, data: Buffer.alloc(0) }],
    ...many,
  ]);
}

/** What debugfs, which needs no root, answers on a finished disk. */
function ask(disk: string, request: string): string {
  const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin`;
  return execFileSync('debugfs', ['-R', request, disk], { encoding: 'utf8', stdio: 'pipe', env: { PATH } });
}

test('a disk has all of the tree, as root owns it, and is the same wherever and whenever it is made', async () => {
  const [first, second] = [join(folder, 'first.raw'), join(folder, 'second.raw')] as const;
  await writeExt4(first, tree(), FILE_SYSTEM);
  const umask = process.umask(0o077);
  try {
    await writeExt4(second, new Map([...tree()].reverse()), FILE_SYSTEM);
  } finally {
    process.umask(umask);
  }
  expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
  // Nothing is left of the work, and what is empty takes no room.
  expect(readdirSync(folder).sort()).toEqual(['first.raw', 'second.raw']);
  expect(statSync(first).blocks * 512).toBeLessThan(statSync(first).size / 2);

  expect(ask(first, 'stat /usr/bin/sudo')).toMatch(/Mode: {2}04755[^]*User: +0 +Group: +0[^]*Size: 3145728/);
  expect(ask(first, 'stat /tmp')).toMatch(/Type: directory +Mode: {2}01777/);
  expect(ask(first, 'stat /root')).toMatch(/Mode: {2}0700/);
  expect(ask(first, 'stat /bin')).toMatch(/Type: symlink[^]*Fast link dest: "usr\/bin"/);
  expect(ask(first, 'cat "/usr/share/many/file 299"')).toBe('299\n');
  expect(ask(first, 'cat /etc/empty')).toBe('');
});

test('what cannot be in it is an error, and no disk', async () => {
  const names: Tree = new Map([['a"quote', { type: 'directory', mode: 0o755 }]]);
  await expect(writeExt4(join(folder, 'disk.raw'), names, FILE_SYSTEM)).rejects.toMatchObject({
    code: 'ERR_IMAGE_BUILD',
    message: expect.stringContaining('quote') as string,
  });
  await expect(writeExt4(join(folder, 'no', 'disk.raw'), tree(), FILE_SYSTEM)).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
