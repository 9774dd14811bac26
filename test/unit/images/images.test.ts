import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Images } from '../../../src/images/images';
import { hostArch } from '../../../src/images/work';

let folder: string;
let home: string;
let images: Images;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit images ä,-'));
  home = join(folder, 'home');
  mkdirSync(home);
  images = new Images({ home, env: {} });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, bytes: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function sha256(...parts: (Buffer | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** A raw disk with a boot sector. */
function rawDisk(size = 2 ** 20): Buffer {
  const disk = Buffer.alloc(size);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

function kernelFor(arch: 'x86_64' | 'aarch64'): Buffer {
  const kernel = Buffer.alloc(4096);
  if (arch === 'x86_64') kernel.write('HdrS', 514, 'latin1');
  else kernel.write('ARM\x64', 56, 'latin1');
  return kernel;
}

function imageFolder(files: Record<string, Buffer | string>): string {
  const path = mkdtempSync(join(folder, 'image-'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes);
  return path;
}

describe('a file', () => {
  test('that is a qcow2 image stays where it is and is a disk for cloud-init', async () => {
    const path = join(folder, 'disk.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', path, '3G']);
    const image = await images.resolve(path);
    const digest = execFileSync('sha256sum', [path], { encoding: 'utf8' }).split(' ')[0]?.replace('\\', '');
    expect(image).toEqual({
      name: path,
      digest: sha256(`${digest}\n`),
      arch: hostArch(),
      disk: { path, sha256: digest, format: 'qcow2', virtualSize: 3 * 2 ** 30 },
      user: 'hvkit',
      init: 'cloud-init',
    });
  });

  test('that is a raw disk is one whatever its name', async () => {
    const path = file('x.qcow2', rawDisk());
    expect(await images.resolve(pathToFileURL(path).href)).toMatchObject({
      disk: { path, format: 'raw', virtualSize: 2 ** 20 },
    });
  });

  test('that is an ISO without a kernel to start is refused', async () => {
    const path = join(folder, 'x.iso');
    execFileSync('genisoimage', ['-quiet', '-o', path, home]);
    await expect(images.resolve(path)).rejects.toMatchObject({ code: 'ERR_ISO_BOOT' });
  });

  test('is read once, and again when it has changed, even if its times and size are as before', async () => {
    const path = file('disk', rawDisk());
    const reads: string[] = [];
    const onProgress = (message: string) => reads.push(message);
    const first = await images.resolve(path, { onProgress });
    expect(reads).not.toEqual([]);
    reads.length = 0;
    expect(await new Images({ home }).resolve(path, { onProgress })).toEqual(first);
    expect(reads).toEqual([]);

    const other = rawDisk();
    other[1000] = 1;
    writeFileSync(path, other);
    utimesSync(path, 1, 1);
    const second = await images.resolve(path, { onProgress });
    expect(second.disk?.sha256).toBe(sha256(other));
    expect(second.digest).not.toBe(first.digest);
  });

  test('with the same bytes elsewhere has the same digest', async () => {
    const [a, b] = [await images.resolve(file('a', rawDisk())), await images.resolve(file('b', rawDisk()))];
    expect(a.digest).toBe(b.digest);
  });

  test('is compared with its checksum, of either kind', async () => {
    const disk = rawDisk();
    const path = file('disk', disk);
    await images.resolve(path, { checksum: `sha256:${sha256(disk)}` });
    await images.resolve(path, { checksum: createHash('sha512').update(disk).digest('hex').toUpperCase() });
    await expect(images.resolve(path, { checksum: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({
      code: 'ERR_CHECKSUM',
      message: expect.stringContaining(sha256(disk)) as string,
    });
  });

  test.each(['sha256:12', 'md5:d41d8cd98f00b204e9800998ecf8427e', `sha512:${'a'.repeat(64)}`, ''])(
    'is not read where its checksum is %j',
    async (checksum) => {
      await expect(images.resolve(file('disk', rawDisk()), { checksum })).rejects.toMatchObject({
        code: 'ERR_CHECKSUM_FORM',
      });
    },
  );

  test('that names a backing file is refused, with the way out', async () => {
    const base = file('base', rawDisk());
    const path = join(folder, 'overlay');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', base, '-F', 'raw', path]);
    await expect(images.resolve(path)).rejects.toMatchObject({
      code: 'ERR_IMAGE_REFUSED',
      message: expect.stringContaining(path) as string,
      hint: expect.stringContaining('qemu-img convert') as string,
    });
  });

  test.each<[string, Buffer | string, string]>([
    ['nothing', '', 'ERR_IMAGE_FORMAT'],
    ['a text', 'hello\n'.repeat(1000), 'ERR_IMAGE_FORMAT'],
    ['gzip', Buffer.concat([Buffer.from('1f8b0800', 'hex'), Buffer.alloc(2000)]), 'ERR_IMAGE_FORMAT'],
    ['xz', Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.alloc(2000)]), 'ERR_IMAGE_FORMAT'],
    ['VMware', Buffer.concat([Buffer.from('KDMV'), Buffer.alloc(2000)]), 'ERR_IMAGE_FORMAT'],
    ['a cut qcow2', 'QFI\xfb', 'ERR_IMAGE_BROKEN'],
  ])('that holds %s is refused and named', async (_, bytes, code) => {
    const path = file('image', typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    await expect(images.resolve(path)).rejects.toMatchObject({ code });
  });

  test('that is a device, or a link that leads nowhere, is refused', async () => {
    await expect(images.resolve('/dev/zero')).rejects.toMatchObject({ code: 'ERR_IMAGE_FILE' });
    symlinkSync('nowhere', join(folder, 'link'));
    await expect(images.resolve(join(folder, 'link'))).rejects.toMatchObject({ code: 'ERR_IMAGE_FILE' });
    symlinkSync('loop', join(folder, 'loop'));
    await expect(images.resolve(join(folder, 'loop'))).rejects.toMatchObject({ code: 'ERR_IMAGE_FILE' });
  });

  test('that is written to while it is read is refused', async () => {
    const path = file('disk', rawDisk());
    const onProgress = () => {
      appendFileSync(path, 'more');
    };
    await expect(images.resolve(path, { onProgress })).rejects.toMatchObject({ code: 'ERR_IMAGE_FILE' });
  });
});

describe('a folder', () => {
  test('holds a kernel, an initrd and arguments', async () => {
    const kernel = kernelFor('aarch64');
    const path = imageFolder({ 'vmlinuz-6.1': kernel, 'initrd.img-6.1': 'initrd', cmdline: 'root=/dev/vda1 quiet\n' });
    expect(await images.resolve(path)).toEqual({
      name: path,
      digest: sha256(`${sha256(kernel)}\n${sha256('initrd')}\n`),
      arch: 'aarch64',
      kernel: { path: join(path, 'vmlinuz-6.1'), sha256: sha256(kernel) },
      initrd: { path: join(path, 'initrd.img-6.1'), sha256: sha256('initrd') },
      cmdline: 'root=/dev/vda1 quiet',
      user: 'hvkit',
      init: 'none',
    });
  });

  test('holds a disk, and says who logs in', async () => {
    const path = imageFolder({
      vmlinuz: kernelFor('x86_64'),
      'vmlinuz-6.1': kernelFor('x86_64'),
      'disk.img': Buffer.alloc(4096),
      'image.json': '{"user": "core", "init": "none", "arch": "x86_64", "cmdline": "a b"}',
    });
    expect(await images.resolve(path)).toMatchObject({
      arch: 'x86_64',
      kernel: { path: join(path, 'vmlinuz') },
      disk: { format: 'raw', virtualSize: 4096 },
      cmdline: 'a b',
      user: 'core',
      init: 'none',
    });
  });

  test.each<[string, Record<string, string | Buffer>]>([
    ['nothing', {}],
    ['an initrd alone', { initrd: 'x' }],
    ['two kernels', { 'vmlinuz-1': 'x', 'vmlinuz-2': 'x' }],
    ['a kernel and arguments in two lines', { vmlinuz: 'x', cmdline: 'a\nb' }],
    ['a kernel and notes that are no JSON', { vmlinuz: 'x', 'image.json': '{' }],
    ['a kernel and notes that are a list', { vmlinuz: 'x', 'image.json': '[]' }],
    ['a kernel and notes with an unknown word', { vmlinuz: 'x', 'image.json': '{"kernel": "/etc/passwd"}' }],
    ['a kernel and a user that is none', { vmlinuz: 'x', 'image.json': '{"user": "a b"}' }],
    ['a kernel and a huge cmdline', { vmlinuz: 'x', cmdline: 'x'.repeat(70_000) }],
  ])('with %s is refused', async (_, files) => {
    await expect(images.resolve(imageFolder(files))).rejects.toMatchObject({ code: 'ERR_IMAGE_FOLDER' });
  });

  test('whose kernel is a folder is refused', async () => {
    const path = imageFolder({});
    mkdirSync(join(path, 'vmlinuz'));
    await expect(images.resolve(path)).rejects.toMatchObject({ code: 'ERR_IMAGE_FOLDER' });
  });

  test('with a kernel for another processor than asked for is refused', async () => {
    const path = imageFolder({ vmlinuz: kernelFor('aarch64') });
    await expect(images.resolve(path, { arch: 'x86_64' })).rejects.toMatchObject({ code: 'ERR_IMAGE_ARCH' });
  });

  test('has no checksum', async () => {
    const path = imageFolder({ vmlinuz: 'x' });
    await expect(images.resolve(path, { checksum: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});

test.each(['nonesuch', './nonesuch', '/nonesuch/x.qcow2', '', 'ftp://host/x', 'https://', 'file://host/x', 'a\0b'])(
  'no image is called %j',
  async (name) => {
    await expect(images.resolve(name)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(NO_IMAGE|IMAGE_FILE|IMAGE_URL)$/) as string,
      hint: expect.any(String) as string,
    });
    expect(readdirSync(home)).toEqual([]);
  },
);

test('micro is the default where apt and dpkg are, and the catalogue serves elsewhere', async () => {
  expect(await images.defaultImage()).toBe('debian');
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  for (const name of ['apt-get', 'apt-cache', 'dpkg-deb']) writeFileSync(join(programs, name), '', { mode: 0o755 });
  expect(await new Images({ home, env: { PATH: `/nonesuch:${programs}` } }).defaultImage()).toBe('micro');
});

test('what is not in the cache cannot be removed from it', async () => {
  await expect(images.remove('micro')).rejects.toMatchObject({ code: 'ERR_NO_IMAGE' });
  expect((await images.list()).filter(({ cached }) => cached !== undefined)).toEqual([]);
});
