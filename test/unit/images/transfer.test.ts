import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { Images } from '../../../src/images/images';
import { disk, sha256 } from './disk-bytes';
import { fileHandler, proxy, serve } from './web';

const CHILD = join(__dirname, 'children', 'pull.js');
/** A server that listens, and whose process is busy with something else. */
const NEVER_ACCEPTS = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  require('node:fs').writeSync(1, String(server.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

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

describe('the server', () => {
  test.each([
    [404, 1],
    [403, 1],
    [503, 5],
    [429, 5],
  ])('that answers %d is asked %d times', async (status, times) => {
    await using web = await serve((_, response) => response.writeHead(status).end());
    await expect(images().pull(web.url('/disk?token=secret'), { checksum: sha256(disk()) })).rejects.toMatchObject({
      code: 'ERR_DOWNLOAD',
      message: expect.stringMatching(new RegExp(`^(?!.*secret).*/disk .*${status}`)) as string,
    });
    expect(web.requests).toHaveLength(times);
    expect(filesLeft()).toEqual([]);
  });

  test('that redirects is followed, but not in a circle', async () => {
    const bytes = disk();
    await using web = await serve((request, response) => {
      const next = { '/a': '/b', '/b': `http://127.0.0.1:${web.port}/c`, '/1': '/2', '/2': '/1' }[request.url ?? ''];
      if (next === undefined) fileHandler(bytes)(request, response);
      else response.writeHead(302, { Location: next }).end();
    });
    await images().pull(web.url('/a'), { checksum: sha256(bytes) });
    await expect(images().pull(web.url('/1'), { checksum: sha256(disk(2)) })).rejects.toThrow('circle');
    await using endless = await serve((request, response) =>
      response.writeHead(302, { Location: `${request.url}x` }).end(),
    );
    await expect(images().pull(endless.url('/'), { checksum: sha256(disk(2)) })).rejects.toThrow('too often');
    await using elsewhere = await serve((_, response) =>
      response.writeHead(302, { Location: 'file:///etc/passwd' }).end(),
    );
    await expect(images().pull(elsewhere.url('/'), { checksum: sha256(disk(2)) })).rejects.toThrow('HTTP');
  });

  test('that falls silent is given up, and that is said', async () => {
    await using web = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('x');
    });
    const impatient = new Images({ home, env: {}, transfer: { pauseMs: 1, silenceMs: 50, attempts: 2 } });
    await expect(impatient.pull(web.url('/disk'), { checksum: sha256(disk()) })).rejects.toMatchObject({
      code: 'ERR_DOWNLOAD',
    });
  });

  test('that takes a connection and says nothing is given up as well', async () => {
    const sockets = new Set<{ destroy: () => void }>();
    const mute = createServer((socket) => sockets.add(socket));
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    const impatient = new Images({ home, env: {}, transfer: { pauseMs: 1, silenceMs: 50, attempts: 2 } });
    await expect(impatient.pull(`http://127.0.0.1:${port}/disk`, { checksum: sha256(disk()) })).rejects.toThrow(
      'has said nothing',
    );
    for (const socket of sockets) socket.destroy();
    mute.close();
    await once(mute, 'close');
  });

  test('that does not even take a connection is given up as well', async () => {
    const busy = spawn(process.execPath, ['-e', NEVER_ACCEPTS], { stdio: ['ignore', 'pipe', 'inherit'] });
    const port = Number(String((await once(busy.stdout, 'data'))[0]));
    // As many as the kernel takes in its stead; whoever comes then hears nothing.
    const waiting = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, 'connect')));
    const impatient = new Images({ home, env: {}, transfer: { pauseMs: 1, silenceMs: 50, attempts: 2 } });
    await expect(impatient.pull(`http://127.0.0.1:${port}/disk`, { checksum: sha256(disk()) })).rejects.toThrow(
      'has said nothing',
    );
    for (const socket of waiting) socket.destroy();
    busy.kill('SIGKILL');
    await once(busy, 'close');
  }, 20_000);

  test.each([
    ['me:100%@', 'me:100%'],
    ['me:%e4%25@', 'me:\ufffd%'],
    [':token@', ':token'],
  ])('that wants a login as somebody types it gets it: %s', async (typed, login) => {
    const bytes = disk();
    await using web = await serve((request, response) => {
      const welcome = request.headers.authorization === `Basic ${Buffer.from(login).toString('base64')}`;
      if (welcome) fileHandler(bytes)(request, response);
      else response.writeHead(401).end();
    });
    await images().pull(web.url('/disk').replace('//', `//${typed}`), { checksum: sha256(bytes) });
  });

  test('that wants a login gets it, and nobody else hears of it', async () => {
    const bytes = disk();
    await using other = await serve((request, response) => {
      expect(request.headers.authorization).toBeUndefined();
      fileHandler(bytes)(request, response);
    });
    await using web = await serve((request, response) => {
      const welcome = request.headers.authorization === `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
      if (welcome) response.writeHead(302, { Location: other.url('/disk') }).end();
      else response.writeHead(401).end();
    });
    const url = web.url('/disk').replace('//', '//me:p%40ss@');
    await images().pull(url, { checksum: sha256(bytes) });
    const cached = (await images().list()).filter((image) => image.cached !== undefined);
    expect(cached.map(({ name }) => name)).toEqual([web.url('/disk')]);
    const names = join(home, 'cache', 'names');
    for (const file of readdirSync(names)) expect(readFileSync(join(names, file), 'utf8')).not.toMatch('ss@');
  });
});

describe('a proxy', () => {
  test('of the environment leads to http', async () => {
    const bytes = disk();
    await using web = await serve(fileHandler(bytes));
    await using way = await proxy('me:secret');
    const url = `http://image.invalid:${web.port}/disk`;
    await images({ http_proxy: way.url('') }).pull(url, { checksum: sha256(bytes) });
    expect(way.requests).toEqual([`GET ${url}`]);
  });

  test('that wants a login says so', async () => {
    await using way = await proxy('me:secret');
    const env = { http_proxy: `http://127.0.0.1:${way.port}`, https_proxy: `127.0.0.1:${way.port}` };
    for (const scheme of ['http', 'https']) {
      await expect(
        images(env).pull(`${scheme}://image.invalid/disk`, { checksum: sha256(disk()) }),
      ).rejects.toMatchObject({ code: 'ERR_DOWNLOAD', hint: expect.stringContaining('login') as string });
    }
  });

  test('at which nobody listens is asked about', async () => {
    // Nobody listens at this port.
    const pulled = images({ http_proxy: 'http://127.0.0.1:9' }).pull('http://image.invalid/disk', {
      checksum: sha256(disk()),
    });
    await expect(pulled).rejects.toMatchObject({
      code: 'ERR_DOWNLOAD',
      hint: expect.stringContaining('env | grep -i proxy') as string,
    });
  });

  test('is left out where no_proxy says so', async () => {
    const bytes = disk();
    await using web = await serve(fileHandler(bytes));
    const env = { http_proxy: 'http://127.0.0.1:1', no_proxy: 'localhost, 127.0.0.0/8' };
    await images(env).pull(web.url('/disk'), { checksum: sha256(bytes) });
  });

  test('of another kind is refused without showing its password', async () => {
    await expect(
      images({ ALL_PROXY: 'socks5://me:secret@host:1' }).pull('http://image.invalid/x', { checksum: sha256(disk()) }),
    ).rejects.toMatchObject({ code: 'ERR_PROXY', message: expect.not.stringContaining('secret') as string });
  });
});

describe('over https', () => {
  let folder: string;
  let tls: { key: string; cert: string };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hvkit-tls-'));
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const names = 'subjectAltName=DNS:image.invalid,IP:127.0.0.1';
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', [...args, '-subj', '/CN=test', '-addext', names, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** In a process of its own, because authorities are named when Node starts. */
  async function pull(url: string, bytes: Buffer, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const child = spawn(process.execPath, [CHILD, home, url, sha256(bytes)], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return text(child.stdout);
  }

  test('the certificate is verified, whatever the environment says', async () => {
    const bytes = disk();
    await using web = await serve(fileHandler(bytes), tls);
    const answer = await pull(web.url('/disk'), bytes, { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' });
    expect(JSON.parse(answer)).toMatchObject({
      code: 'ERR_DOWNLOAD',
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
    });
    expect(web.requests).toEqual([]);
  });

  test('an authority of the user serves, also through a proxy', async () => {
    const bytes = disk();
    await using web = await serve(fileHandler(bytes, { breaks: [1_000_000] }), tls);
    await using way = await proxy('me:secret');
    const trusted = { NODE_EXTRA_CA_CERTS: join(folder, 'cert') };
    const answer = await pull(`https://image.invalid:${web.port}/disk`, bytes, {
      ...trusted,
      HTTPS_PROXY: way.url(''),
    });
    expect(JSON.parse(answer)).toMatchObject({ cached: bytes.length });
    expect(way.requests).toEqual(Array(2).fill(`CONNECT image.invalid:${web.port}`));
    rmSync(join(home, 'cache'), { recursive: true });
    // The name is the server's, and not the proxy's.
    expect(
      JSON.parse(await pull(`https://other.invalid:${web.port}/disk`, bytes, { ...trusted, https_proxy: way.url('') })),
    ).toMatchObject({ code: 'ERR_DOWNLOAD' });
  });
});
