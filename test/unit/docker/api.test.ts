import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { askDocker, dockerPing, dockerVersion, type DockerTarget } from '../../../src/docker/api';
import { openAuthority, type Authority, type Issued } from '../../../src/docker/certificates';
import { Folder } from '../../support/folder';

/** For a process that is told something before it starts. */
const COMPILED = join(__dirname, '..', '..', '..', 'dist', 'docker', 'api');

const VERSION = { Version: '26.1.5', ApiVersion: '1.45', Os: 'linux', Arch: 'amd64' };

/** Long enough for a connection, also on a host that has other work. */
const LATE_MS = 3000;

/** What dockerd would say. */
const DOCKER: RequestListener = (request, response) => {
  const { url = '', method = '' } = request;
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (url === '/version') response.end(JSON.stringify(VERSION));
    else if (url === '/_ping') response.end('OK');
    else if (url === '/echo') response.end(JSON.stringify({ method, body: Buffer.concat(chunks).toString() }));
    else if (url === '/web') response.end('<html>');
    else if (url === '/empty') response.writeHead(204).end();
    else if (url === '/broken') response.writeHead(500).end(JSON.stringify({ message: 'the disk is \u001b[31mfull' }));
    else if (url === '/silent') response.flushHeaders();
    else response.writeHead(404).end(JSON.stringify({ message: 'No such container: x' }));
  });
};

/** The files of a host and its machines, for tests that only look at them. */
const folder = new Folder();
let authority: Authority;
let server: Issued;
const open = new Set<TcpServer>();

beforeAll(async () => {
  authority = await openAuthority({ folder: folder.path, withLock: (work) => work() });
  server = await authority.issueServer({ names: ['dev'] });
});
afterEach(() => {
  for (const each of open) {
    if ('closeAllConnections' in each) (each as Server).closeAllConnections();
    each.close();
  }
  open.clear();
});
afterAll(() => {
  folder[Symbol.dispose]();
});

async function urlOf(listener: TcpServer, host = '127.0.0.1'): Promise<string> {
  open.add(listener);
  listener.listen(0, host);
  await once(listener, 'listening');
  return `tcp://127.0.0.1:${(listener.address() as AddressInfo).port}`;
}

/** A daemon as hvkit configures it, or with something wrong. */
async function daemon(options: ServerOptions = {}, { certificate, key, ca } = server): Promise<DockerTarget> {
  const tls = { cert: certificate, key, ca, requestCert: true, rejectUnauthorized: true, ...options };
  return { url: await urlOf(createHttps(tls, DOCKER)), certPath: folder.path, tlsVerify: true };
}

/** A host that shows another certificate, or trusts another CA. */
function hostWith(files: Issued): { folder: Folder; certPath: string } {
  const own = new Folder();
  const certPath = join(own.path, 'certs');
  mkdirSync(certPath);
  writeFileSync(join(certPath, 'ca.pem'), files.ca);
  writeFileSync(join(certPath, 'cert.pem'), files.certificate);
  writeFileSync(join(certPath, 'key.pem'), files.key);
  return { folder: own, certPath };
}

async function stranger(): Promise<{ authority: Authority; folder: Folder }> {
  const own = new Folder();
  return { authority: await openAuthority({ folder: own.path, withLock: (work) => work() }), folder: own };
}

test('a daemon tells its version to whom it knows', async () => {
  const target = await daemon();
  expect(await dockerVersion(target)).toEqual({ version: '26.1.5', apiVersion: '1.45', os: 'linux', arch: 'amd64' });
  await dockerPing(target);
  expect(await askDocker(target, { path: '/echo', method: 'POST', body: { Image: 'x' } })).toEqual({
    method: 'POST',
    body: '{"Image":"x"}',
  });
  expect(await askDocker(target, { path: '/empty' })).toBeUndefined();
});

test('one without TLS, and one on a socket of this host, answer too', async () => {
  const url = await urlOf(createHttp(DOCKER));
  const target = { url, certPath: folder.path, tlsVerify: false };
  expect(await dockerVersion(target)).toMatchObject({ version: '26.1.5' });
  const file = join(folder.path, 'docker.sock');
  const local = createHttp(DOCKER).listen(file);
  open.add(local);
  await once(local, 'listening');
  expect(await dockerVersion({ ...target, url: `unix://${file}` })).toMatchObject({ version: '26.1.5' });
});

describe('no connection without trust', () => {
  async function refusal(target: DockerTarget): Promise<unknown> {
    const answer = await dockerVersion(target).catch((error: unknown) => error);
    expect(answer).toMatchObject({
      code: 'ERR_DOCKER_TLS',
      hint: expect.stringContaining('regenerate-certs') as string,
    });
    return (answer as Error).message;
  }

  test('with a certificate of another CA', async () => {
    const other = await stranger();
    using _folder = other.folder;
    const target = await daemon({}, await other.authority.issueServer({ names: ['dev'] }));
    expect(await refusal(target)).toMatch(/is of another CA/);
  });

  test('with a certificate of another CA, whatever the environment says of TLS', async () => {
    const other = await stranger();
    using _folder = other.folder;
    const target = await daemon({}, await other.authority.issueServer({ names: ['dev'] }));
    const script = `
      const { dockerVersion } = require(${JSON.stringify(COMPILED)});
      dockerVersion(${JSON.stringify(target)}).then(
        ({ version }) => process.stdout.write(version),
        ({ code }) => process.stdout.write(code),
      );
    `;
    const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env });
    expect(stdout).toBe('ERR_DOCKER_TLS');
  });

  test('with a certificate for another address', async () => {
    const url = await urlOf(createHttps({ cert: server.certificate, key: server.key }, DOCKER), '127.0.0.2');
    const target = { url: url.replace('127.0.0.1', '127.0.0.2'), certPath: folder.path, tlsVerify: true };
    expect(await refusal(target)).toMatch(/is for another address/);
  });

  test('with the certificate of a client', async () => {
    expect(await refusal(await daemon({}, await authority.client()))).toMatch(/is not a server's/);
  });

  test('with a certificate that has expired', async () => {
    const expired = await authority.issueServer({ names: ['dev'], days: -0.5 });
    expect(await refusal(await daemon({}, expired))).toMatch(/has expired/);
  });

  test('by a daemon that does not know this host', async () => {
    const other = await stranger();
    using _folder = other.folder;
    const { certificate, key } = await other.authority.client();
    const host = hostWith({ certificate, key, ca: server.ca });
    using _host = host.folder;
    const target = await daemon();
    // Node ends the connection without a word, dockerd says why: the lab has it.
    await expect(dockerVersion({ ...target, certPath: host.certPath })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_DOCKER_(TLS|NOT_READY)$/) as string,
    });
  });

  test('with one that speaks TLS 1.1, or none', async () => {
    const old = await daemon({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' });
    await expect(dockerVersion(old)).rejects.toMatchObject({ code: 'ERR_DOCKER_TLS' });
    const url = await urlOf(createHttp(DOCKER));
    await expect(dockerVersion({ url, certPath: folder.path, tlsVerify: true })).rejects.toMatchObject({
      code: 'ERR_DOCKER_TLS',
      message: expect.stringContaining('it speaks no TLS') as string,
    });
  });
});

test('files that are missing or do not belong together are told', async () => {
  const target = await daemon();
  await expect(dockerVersion({ ...target, certPath: join(folder.path, 'none') })).rejects.toMatchObject({
    code: 'ERR_CERTIFICATE',
    message: expect.stringContaining('ca.pem cannot be read') as string,
  });
  const host = hostWith({ ...(await authority.client()), key: server.key });
  using _host = host.folder;
  await expect(dockerVersion({ ...target, certPath: host.certPath })).rejects.toMatchObject({
    code: 'ERR_CERTIFICATE',
  });
});

test.each([
  ['/broken', 'ERR_DOCKER_NOT_READY', 'answered with 500: the disk is  [31mfull'],
  ['/missing', 'ERR_DOCKER_REFUSED', 'answered with 404: No such container: x'],
  ['/web', 'ERR_DOCKER_REFUSED', 'is not Docker'],
])('what it says of %s is told', async (path, code, message) => {
  await expect(askDocker(await daemon(), { path })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as string,
  });
});

test('nobody is there yet', async () => {
  const free = createTcp();
  const url = await urlOf(free);
  free.close();
  await once(free, 'close');
  open.delete(free);
  const target = { url, certPath: folder.path, tlsVerify: true };
  await expect(dockerVersion(target)).rejects.toMatchObject({ code: 'ERR_DOCKER_UNREACHABLE' });
  // As behind a forwarded port.
  const closing = await urlOf(createTcp((socket) => socket.destroy()));
  await expect(dockerVersion({ ...target, url: closing })).rejects.toMatchObject({ code: 'ERR_DOCKER_NOT_READY' });
  await expect(dockerVersion({ ...target, url: 'tcp://no-such-host.invalid:2376' })).rejects.toMatchObject({
    code: 'ERR_DOCKER_UNREACHABLE',
  });
  await expect(dockerVersion({ ...target, url: 'ssh://dev' })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});

test('one that is silent is waited for until the deadline, or until nobody wants to know', async () => {
  const silent: Socket[] = [];
  const url = await urlOf(createTcp((socket) => silent.push(socket.on('error', () => undefined))));
  const target = { url, certPath: folder.path, tlsVerify: true };
  const half = await daemon();
  await Promise.all([
    expect(dockerVersion(target, { timeoutMs: LATE_MS })).rejects.toMatchObject({
      code: 'ERR_DOCKER_NOT_READY',
      message: expect.stringContaining('did not answer within 3 s') as string,
    }),
    expect(askDocker(half, { path: '/silent', timeoutMs: LATE_MS })).rejects.toMatchObject({
      code: 'ERR_DOCKER_NOT_READY',
    }),
  ]);
  const stop = new AbortController();
  const asked = dockerVersion(target, { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(asked).rejects.toMatchObject({ code: 'ABORT_ERR' });
  for (const socket of silent) socket.destroy();
});
