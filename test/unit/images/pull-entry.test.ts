import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { newQcow2 } from '../../../src/images/qcow2';
import { serve } from './web';

const HOST = 'cloud.debian.org';
const FOLDER = '/images/cloud/trixie/latest';
const IMAGE = 'debian-13-genericcloud-amd64.qcow2';

let folder: string;
let tls: { key: string; cert: string };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-entry-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=test', '-addext', `subjectAltName=DNS:${HOST}`];
  execFileSync('openssl', [...args, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A proxy on the loopback whose every tunnel ends at one port of it. */
async function proxyTo(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer().on('connect', (_, socket: Socket) => {
    const there = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    sockets.add(socket).add(there);
    there.on('error', () => socket.destroy());
    socket.on('error', () => there.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function pull(list: (digest: string) => string): Promise<Record<string, unknown>> {
  const bytes = newQcow2({ size: 2 ** 30 });
  const digest = createHash('sha512').update(bytes).digest('hex');
  const pages = new Map<string, Buffer | string>([
    [`${FOLDER}/SHA512SUMS`, list(digest)],
    [`${FOLDER}/${IMAGE}`, bytes],
  ]);
  await using web = await serve((request, response) => {
    const page = pages.get(request.url ?? '');
    response.writeHead(page === undefined ? 404 : 200).end(page);
  }, tls);
  await using way = await proxyTo(web.port);
  const home = mkdtempSync(join(folder, 'home-'));
  // In a process of its own, because authorities are named when Node starts.
  const child = spawn(process.execPath, [join(__dirname, 'children', 'pull-entry.js'), home, 'debian'], {
    env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: join(folder, 'cert'), https_proxy: way.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout)) as Record<string, unknown>;
}

test('an image of the catalogue: looked up, verified by its list, and found again', async () => {
  expect(await pull((digest) => `${digest}  ${IMAGE}\n`)).toEqual({
    info: expect.objectContaining({ name: 'debian', arch: 'x86_64' }) as object,
    user: 'debian',
    init: 'cloud-init',
    size: 2 ** 30,
    stages: expect.arrayContaining([
      expect.stringMatching(/checksum of debian is believed because .* https/),
    ]) as string[],
    listed: ['debian'],
  });
});

test('one that is not what its list says is refused', async () => {
  expect(await pull(() => `${'0'.repeat(128)}  ${IMAGE}\n`)).toMatchObject({ code: 'ERR_CHECKSUM' });
});
