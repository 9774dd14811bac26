import { execFileSync, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { Images } from '../../../src/images/images';
import { disk, sha256, sha512 } from './disk-bytes';
import { fileHandler, serve } from './web';

const CHILD = join(__dirname, 'children', 'pull.js');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hvkit pull-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function images(env: NodeJS.ProcessEnv = {}): Images {
  return new Images({ home, env, transfer: { pauseMs: 1, silenceMs: 20_000 } });
}

function filesLeft(): string[] {
  const folder = join(home, 'cache', 'files');
  return existsSync(folder) ? readdirSync(folder) : [];
}

test.each([
  ['sha256', sha256],
  ['sha512', sha512],
])('a URL is pulled once, compared by its %s', async (_, checksumOf) => {
  const bytes = disk();
  await using web = await serve(fileHandler(bytes));
  const fractions: number[] = [];
  const url = web.url('/x/disk.raw');
  const image = await images().resolve(url, {
    checksum: checksumOf(bytes),
    onProgress: (message, fraction) => {
      if (message === 'downloading disk.raw') fractions.push(fraction ?? -1);
    },
  });
  expect(image).toMatchObject({ name: url, disk: { sha256: sha256(bytes).slice(7), format: 'raw' }, user: 'hvkit' });
  expect(readFileSync(image.disk!.path).equals(bytes)).toBe(true);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(fractions.at(-1)).toBe(1);

  // Verified once, it needs neither the server nor the checksum.
  expect(await images().resolve(url)).toEqual(image);
  expect(await images().pull(url, { checksum: checksumOf(bytes) })).toMatchObject({ cached: bytes.length });
  expect(web.requests).toEqual(['GET /x/disk.raw']);
  expect(await images().list()).toContainEqual(expect.objectContaining({ name: url, cached: bytes.length }));

  await images().remove(url);
  expect(filesLeft()).toEqual([]);
  await expect(images().remove(url)).rejects.toMatchObject({ code: 'ERR_NO_IMAGE' });
});

test('a URL without a checksum is not even asked for', async () => {
  await using web = await serve(fileHandler(disk()));
  await expect(images().resolve(web.url('/disk'))).rejects.toMatchObject({
    code: 'ERR_CHECKSUM_MISSING',
    hint: expect.stringContaining('--checksum sha256:') as string,
  });
  expect(web.requests).toEqual([]);
});

test('a transfer that breaks off goes on where it stopped', async () => {
  const bytes = disk();
  await using web = await serve(fileHandler(bytes, { etag: '"1"', breaks: [1_000_000, 0, 1_500_000] }));
  const image = await images().resolve(web.url('/disk'), { checksum: sha256(bytes) });
  expect(readFileSync(image.disk!.path).equals(bytes)).toBe(true);
  expect(web.requests).toHaveLength(4);
  const starts = web.requests.map((line) => Number(/bytes=(\d+)/.exec(line)?.[1] ?? 0));
  expect(starts[1]).toBeGreaterThan(0);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});

test('what came before a failure is kept for the next time, and goes with rm', async () => {
  const bytes = disk();
  const controller = new AbortController();
  await using web = await serve(fileHandler(bytes, { etag: '"1"', breaks: [1_000_000] }));
  const pulled = images().pull(web.url('/disk'), {
    checksum: sha256(bytes),
    signal: controller.signal,
    onProgress: (_, fraction = 0) => {
      if (fraction > 0.25) controller.abort(new Error('enough'));
    },
  });
  await expect(pulled).rejects.toThrow('enough');
  expect(filesLeft().filter((name) => name.endsWith('.part'))).toHaveLength(1);

  await images().pull(web.url('/disk'), { checksum: sha256(bytes) });
  expect(web.requests[1]).toMatch(/^GET \/disk bytes=\d{6,}-$/);
  expect(filesLeft()).toEqual([sha256(bytes).replace(':', '-')]);

  const other = disk(2);
  await using breaking = await serve(fileHandler(other, { breaks: [9, 9, 9, 9, 9, 9, 9, 9], ranges: false }));
  await expect(images().pull(breaking.url('/disk'), { checksum: sha256(other) })).rejects.toMatchObject({
    code: 'ERR_DOWNLOAD',
  });
  expect(filesLeft()).toHaveLength(3);
  await images().remove(breaking.url('/disk'));
  expect(filesLeft()).toHaveLength(1);
});

test('a file that changed on the server in the middle comes as a whole', async () => {
  const [before, after] = [disk(1), disk(2)];
  let handler = fileHandler(before, { etag: '"1"', breaks: [2_000_000] });
  await using web = await serve((request, response) => {
    handler(request, response);
    handler = fileHandler(after, { etag: '"2"' });
  });
  const image = await images().resolve(web.url('/disk'), { checksum: sha256(after) });
  expect(readFileSync(image.disk!.path).equals(after)).toBe(true);
});

test('so does one whose server does not say that it changed', async () => {
  const [before, after] = [disk(1), disk(2)];
  let handler = fileHandler(before, { breaks: [2_000_000] });
  await using web = await serve((request, response) => {
    handler(request, response);
    handler = fileHandler(after);
  });
  await images().pull(web.url('/disk'), { checksum: sha256(after) });
  expect(web.requests).toEqual(['GET /disk', expect.stringMatching(/bytes=/) as string, 'GET /disk']);
});

test('a server that knows no ranges is asked for everything again', async () => {
  const bytes = disk();
  await using web = await serve(fileHandler(bytes, { breaks: [1_000_000], ranges: false }));
  await images().pull(web.url('/disk'), { checksum: sha256(bytes) });
  expect(web.requests).toHaveLength(2);
});

test('a part that is as long as the file, or longer, is no obstacle', async () => {
  const bytes = disk();
  await using web = await serve(fileHandler(bytes));
  for (const length of [bytes.length, bytes.length + 10]) {
    const part = join(home, 'cache', 'files', `${sha256(bytes).replace(':', '-')}.part`);
    await expect(
      images({ http_proxy: 'http://127.0.0.1:1' }).pull(web.url('/disk'), { checksum: sha256(bytes) }),
    ).rejects.toThrow('127.0.0.1');
    writeFileSync(part, Buffer.concat([bytes, Buffer.alloc(10)]).subarray(0, length));
    writeFileSync(`${part}.json`, JSON.stringify({ url: web.url('/disk') }));
    await images().pull(web.url('/disk'), { checksum: sha256(bytes) });
    await images().remove(web.url('/disk'));
  }
});

test('other bytes than the checksum promises are thrown away, and named', async () => {
  const bytes = disk();
  await using web = await serve(fileHandler(bytes));
  const wrong = sha256(disk(2));
  await expect(images().pull(web.url('/disk'), { checksum: wrong })).rejects.toMatchObject({
    code: 'ERR_CHECKSUM',
    message: expect.stringContaining(sha256(bytes).slice(7)) as string,
  });
  expect(filesLeft()).toEqual([]);
  expect((await images().list()).filter(({ cached }) => cached !== undefined)).toEqual([]);
});

test('what is no image, or would open other files of this host, does not stay in the cache', async () => {
  const page = Buffer.from('<html>'.repeat(1000));
  await using web = await serve(fileHandler(page));
  await expect(images().pull(web.url('/disk'), { checksum: sha256(page) })).rejects.toMatchObject({
    code: 'ERR_IMAGE_FORMAT',
    message: expect.not.stringContaining('.part') as string,
  });
  const path = join(home, 'overlay');
  writeFileSync(join(home, 'base'), disk());
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', join(home, 'base'), '-F', 'raw', path]);
  const overlay = readFileSync(path);
  await using second = await serve(fileHandler(overlay));
  await expect(images().pull(second.url('/disk'), { checksum: sha256(overlay) })).rejects.toMatchObject({
    code: 'ERR_IMAGE_REFUSED',
  });
  expect(filesLeft()).toEqual([]);
});

test('a file that was damaged in the cache comes anew', async () => {
  const bytes = disk();
  await using web = await serve(fileHandler(bytes));
  const image = await images().resolve(web.url('/disk'), { checksum: sha256(bytes) });
  truncateSync(image.disk!.path, 1000);
  const again = await images().resolve(web.url('/disk'), { checksum: sha256(bytes) });
  expect(statSync(again.disk!.path).size).toBe(bytes.length);
});

describe('a full disk', () => {
  test('that becomes full in the middle is said, and what came is given back', async () => {
    const bytes = disk();
    await using web = await serve((_, response) => {
      // Of unknown length.
      response.end(bytes);
    });
    const script = 'mount -t tmpfs -o size=2m none "$1" && "$2" "$3" "$1" "$4" "$5" && ls "$1/cache/files"';
    const args = ['sh', home, process.execPath, CHILD, web.url('/disk'), sha256(bytes)];
    const child = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    const [printed] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(printed).toMatch(/^\{"code":"ERR_NO_SPACE".*\}$/);
  });

  test('is an error before anything comes, where the size is known', async () => {
    await using web = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 2 ** 52 });
      response.write('x');
    });
    await expect(images().pull(web.url('/disk'), { checksum: sha256(disk()) })).rejects.toMatchObject({
      code: 'ERR_NO_SPACE',
      message: expect.stringContaining('the image disk') as string,
    });
    expect(web.requests).toHaveLength(1);
    expect(filesLeft()).toEqual([]);
  });
});

test('several processes that want the same image download it once', async () => {
  const bytes = disk();
  const children = new EventEmitter();
  const othersWait = once(children, 'wait');
  const serveIt = fileHandler(bytes);
  await using web = await serve((request, response) => {
    void othersWait.then(() => {
      serveIt(request, response);
    });
  });
  const processes = Array.from({ length: 4 }, () =>
    spawn(process.execPath, [CHILD, home, web.url('/disk'), sha256(bytes)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    }),
  );
  let messages = '';
  for (const child of processes) {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      messages += chunk;
      if (messages.split('another process').length === processes.length) children.emit('wait');
    });
  }
  const answers = await Promise.all(processes.map((child) => text(child.stdout)));
  for (const answer of answers) expect(JSON.parse(answer)).toMatchObject({ cached: bytes.length });
  expect(web.requests).toEqual(['GET /disk']);
  expect(filesLeft()).toEqual([sha256(bytes).replace(':', '-')]);
});
