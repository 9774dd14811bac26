import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { diskHead, readDisk, writeDisk } from '../../../src/images/disk';
import { readQcow2, refuseForeignFiles } from '../../../src/images/qcow2';
import { bytesSource, withFile } from '../../../src/images/source';
import { ensureSpace } from '../../../src/images/space';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-disk-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function qemuImg(...args: string[]): string {
  return execFileSync('qemu-img', args, { encoding: 'utf8', cwd: folder });
}

function infoOf(path: string): Record<string, unknown> {
  return JSON.parse(qemuImg('info', '--output=json', path)) as Record<string, unknown>;
}

const MiB = 2 ** 20;
const TiB = 2 ** 40;

test.each([512, MiB, 20 * 2 ** 30, 2 * TiB - 512, 2 * TiB, 9 * TiB, 2 ** 50])(
  'qemu-img finds no fault with an empty qcow2 of %d bytes',
  async (size) => {
    const path = join(folder, 'disk.qcow2');
    await writeDisk(path, { format: 'qcow2', size });
    expect(qemuImg('check', path)).toContain('No errors were found on the image');
    expect(infoOf(path)).toMatchObject({
      format: 'qcow2',
      'virtual-size': size,
      'cluster-size': 65536,
      'format-specific': { data: { compat: '1.1', 'lazy-refcounts': false, corrupt: false, 'refcount-bits': 16 } },
    });
    expect(await readDisk(path, 'qcow2')).toEqual({ size });
  },
);

test('an empty qcow2 can be written to from its first to its last byte', async () => {
  const path = join(folder, 'disk.qcow2');
  await writeDisk(path, { format: 'qcow2', size: 2 * TiB });
  execFileSync('qemu-io', ['-c', 'write -P 7 0 1M', '-c', `write -P 9 ${2 * TiB - 65536} 64k`, path]);
  expect(qemuImg('check', path)).toContain('No errors');
  const read = execFileSync('qemu-io', ['-c', 'read -P 7 0 1M', '-c', `read -P 9 ${2 * TiB - 65536} 64k`, path]);
  expect(read.toString()).not.toContain('Pattern verification failed');
});

test('an overlay reads as its backing file, and is as large as asked for', async () => {
  const base = join(folder, 'a base, with a comma & ä.raw');
  writeFileSync(base, Buffer.alloc(MiB, 5));
  const path = join(folder, 'disk.qcow2');
  await writeDisk(path, { format: 'qcow2', size: 10 * MiB, backing: { file: base, format: 'raw' } });
  expect(infoOf(path)).toMatchObject({
    'virtual-size': 10 * MiB,
    'backing-filename': base,
    'backing-filename-format': 'raw',
  });
  expect(execFileSync('qemu-io', ['-c', 'read -P 5 0 1M', '-c', 'read -P 0 1M 9M', path]).toString()).not.toContain(
    'fail',
  );
  expect(await readDisk(path, 'qcow2')).toEqual({ size: 10 * MiB, backingFile: base });
});

test('a disk is 0600, takes no room, and nothing is left beside it', async () => {
  await writeDisk(join(folder, 'disk.raw'), { format: 'raw', size: 50 * 2 ** 30 });
  const { mode, size, blocks } = statSync(join(folder, 'disk.raw'));
  expect({ mode: mode & 0o777, size, blocks }).toEqual({ mode: 0o600, size: 50 * 2 ** 30, blocks: 0 });
  expect(readdirSync(folder)).toEqual(['disk.raw']);
});

test('a disk that is there is never overwritten', async () => {
  const path = join(folder, 'disk.raw');
  writeFileSync(path, 'precious');
  await expect(writeDisk(path, { format: 'raw', size: MiB })).rejects.toMatchObject({ code: 'ERR_DISK_EXISTS' });
  expect(statSync(path).size).toBe(8);
});

test('no disk is not an error', async () => {
  expect(await readDisk(join(folder, 'none'), 'qcow2')).toBeUndefined();
});

test('what a full disk has no room for is refused before', async () => {
  await expect(ensureSpace(folder, 2 ** 62, 'the image x')).rejects.toMatchObject({
    code: 'ERR_NO_SPACE',
    message: expect.stringContaining('the image x') as string,
  });
  await ensureSpace(folder, 1, 'a byte');
});

test.each([0, -1, 1.5, NaN, 2 ** 60])('a qcow2 of %d bytes is refused', (size) => {
  expect(() => diskHead({ format: 'qcow2', size })).toThrow(/bytes/);
});

describe('an image from elsewhere', () => {
  function headerOf(path: string) {
    return withFile(path, readQcow2);
  }

  test.each([
    ['v2', ['-o', 'compat=0.10']],
    ['v3', ['-o', 'compat=1.1,lazy_refcounts=on']],
    ['4K clusters', ['-o', 'cluster_size=4096']],
    ['zstd', ['-o', 'compression_type=zstd']],
  ])('by qemu-img itself, %s, is read', async (_, options) => {
    qemuImg('create', '-q', '-f', 'qcow2', ...options, 'image', '3G');
    const header = await headerOf(join(folder, 'image'));
    expect(header).toMatchObject({ virtualSize: 3 * 2 ** 30, externalData: false, encrypted: false });
    refuseForeignFiles(header);
  });

  test('that names a backing file is refused', async () => {
    writeFileSync(join(folder, 'base'), Buffer.alloc(MiB));
    qemuImg('create', '-q', '-f', 'qcow2', '-b', join(folder, 'base'), '-F', 'raw', 'image');
    const header = await headerOf(join(folder, 'image'));
    expect(() => {
      refuseForeignFiles(header);
    }).toThrow(join(folder, 'base'));
  });

  test('that names a data file is refused', async () => {
    qemuImg('create', '-q', '-f', 'qcow2', '-o', 'data_file=data,data_file_raw=on', 'image', '1M');
    const header = await headerOf(join(folder, 'image'));
    expect(() => {
      refuseForeignFiles(header);
    }).toThrow('a data file');
  });

  test('that is encrypted is refused', async () => {
    qemuImg(
      'create',
      '-q',
      '--object',
      'secret,id=s,data=x',
      '-f',
      'qcow2',
      '-o',
      // Not luks, for which qemu-img measures the processor first: that fails on a busy one.
      'encrypt.format=aes,encrypt.key-secret=s',
      'image',
      '1M',
    );
    const header = await headerOf(join(folder, 'image'));
    expect(() => {
      refuseForeignFiles(header);
    }).toThrow('encrypted');
  });

  const good = diskHead({ format: 'qcow2', size: MiB });
  test.each<[string, (image: Buffer) => unknown]>([
    ['another magic', (image) => image.write('QFI!')],
    ['version 1', (image) => image.writeUInt32BE(1, 4)],
    ['version 4', (image) => image.writeUInt32BE(4, 4)],
    ['tiny clusters', (image) => image.writeUInt32BE(3, 20)],
    ['a size of 2^64 - 1', (image) => image.fill(255, 24, 32)],
    ['no size', (image) => image.fill(0, 24, 32)],
    ['an L1 table behind the end', (image) => image.writeBigUInt64BE(2n ** 60n, 40)],
    ['a huge L1 table', (image) => image.writeUInt32BE(0xffffffff, 36)],
    ['reference counts behind the end', (image) => image.writeBigUInt64BE(2n ** 40n, 48)],
    ['a backing name behind the end', (image) => image.writeBigUInt64BE(2n ** 63n, 8)],
    ['abilities of the future', (image) => image.writeBigUInt64BE(1n << 40n, 72)],
  ])('with %s is refused', async (_, spoil) => {
    const image = Buffer.from(good);
    spoil(image);
    if (image.readBigUInt64BE(8) !== 0n) image.writeUInt32BE(10, 16);
    await expect(readQcow2(bytesSource(image))).rejects.toMatchObject({ code: 'ERR_IMAGE_BROKEN' });
  });

  test.each([0, 3, 71, 80, 103, 70000])('that ends after %d bytes is refused', async (length) => {
    await expect(readQcow2(bytesSource(good.subarray(0, length)))).rejects.toMatchObject({ code: 'ERR_IMAGE_BROKEN' });
  });
});
