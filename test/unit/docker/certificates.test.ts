import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';

import {
  certificateProblem,
  inspect,
  openAuthority,
  rotateAuthority,
  type Authority,
  type AuthorityOptions,
  type Issued,
} from '../../../src/docker/certificates';
import { makeKey } from '../../../src/docker/certificates/keys';
import { newCa } from '../../../src/docker/certificates/own-ca';
import { crashesAt, CrashShim, type Crash } from '../../support/crash-shim';
import { Folder } from '../../support/folder';

const DIST = join(__dirname, '..', '..', '..', 'dist');
const DAY_MS = 86_400_000;

function optionsFor(folder: Folder, more: Partial<AuthorityOptions> = {}): AuthorityOptions {
  return { folder: join(folder.path, 'certs'), withLock: (work) => work(), ...more };
}

function open(folder: Folder, more: Partial<AuthorityOptions> = {}): Promise<Authority> {
  return openAuthority(optionsFor(folder, more));
}

function textOf(folder: Folder, name: string): string {
  return readFileSync(join(folder.path, 'certs', name), 'utf8');
}

/** All that stands in the folder. */
function shelfOf(folder: Folder): Record<string, string> {
  const names = readdirSync(join(folder.path, 'certs')).sort();
  return Object.fromEntries(names.map((name) => [name, textOf(folder, name)]));
}

/** What `openssl verify` says of a certificate, for a purpose. */
function openssl(folder: Folder, { certificate, ca }: Omit<Issued, 'key'>, purpose: 'sslserver' | 'sslclient'): string {
  const [file, trusted] = [join(folder.path, 'leaf.pem'), join(folder.path, 'trusted.pem')];
  writeFileSync(file, certificate);
  writeFileSync(trusted, ca);
  const args = ['verify', '-purpose', purpose, '-x509_strict', '-untrusted', file, '-CAfile', trusted, file];
  const { stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

/** A connection, as docker makes one: what the server said, or why there was none. */
async function greeting(
  server: { key: string; certificate: string; ca: string },
  client: { key?: string; certificate?: string; ca: string; host?: string },
): Promise<string> {
  const listener = createServer({
    key: server.key,
    cert: server.certificate,
    ca: server.ca,
    requestCert: true,
    rejectUnauthorized: true,
  });
  listener.on('secureConnection', (socket: TLSSocket) => socket.end('welcome'));
  let refusal: string | undefined;
  listener.on('tlsClientError', ({ code, message }: NodeJS.ErrnoException) => (refusal = code ?? message));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const socket = connect({
    port: (listener.address() as AddressInfo).port,
    host: '127.0.0.1',
    ...(client.host !== undefined && { servername: client.host }),
    ca: client.ca,
    ...(client.key !== undefined && { key: client.key }),
    ...(client.certificate !== undefined && { cert: client.certificate }),
  });
  try {
    let said = '';
    for await (const chunk of socket.setEncoding('utf8')) said += String(chunk);
    return refusal === undefined ? said : `refused: ${refusal}`;
  } catch (error) {
    return refusal === undefined ? String((error as NodeJS.ErrnoException).code) : `refused: ${refusal}`;
  } finally {
    socket.destroy();
    listener.close();
  }
}

test('the first one makes a CA and a client, and all others find them', async () => {
  using folder = new Folder();
  const first = await open(folder);
  const before = shelfOf(folder);
  expect(Object.keys(before)).toEqual(['ca-key.pem', 'ca.pem', 'cert.pem', 'key.pem']);
  for (const key of ['ca-key.pem', 'key.pem']) {
    expect(statSync(join(folder.path, 'certs', key)).mode & 0o777).toBe(0o600);
  }
  const second = await open(folder);
  expect(shelfOf(folder)).toEqual(before);
  expect(await second.client()).toEqual(await first.client());
});

test.each(['ecdsa', 'rsa2048', 'rsa4096'] as const)(
  'openssl takes %s certificates for what they are, and for no more',
  async (keyType) => {
    using folder = new Folder();
    const authority = await open(folder);
    const server = await authority.issueServer({
      names: ['dev', 'dev.example'],
      addresses: ['192.0.2.7', '2001:db8::7'],
      keyType,
    });
    const client =
      keyType === 'rsa2048' ? await authority.issueClient({ name: 'laptop', keyType }) : await authority.client();
    expect(openssl(folder, server, 'sslserver')).toMatch(/: OK$/m);
    expect(openssl(folder, server, 'sslclient')).toMatch(/unsuitable certificate purpose/);
    expect(openssl(folder, client, 'sslclient')).toMatch(/: OK$/m);
    expect(openssl(folder, client, 'sslserver')).toMatch(/unsuitable certificate purpose/);
    const text = execFileSync('openssl', ['x509', '-noout', '-text'], { input: server.certificate, encoding: 'utf8' });
    expect(text).toContain(
      'DNS:dev, DNS:dev.example, DNS:localhost, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7, IP Address:127.0.0.1',
    );
    expect(text).toMatch(
      keyType === 'ecdsa' ? /NIST CURVE: P-256/ : new RegExp(`Public-Key: \\(${keyType.slice(3)} bit\\)`),
    );
    expect(execFileSync('openssl', ['pkey', '-noout', '-check'], { input: server.key, encoding: 'utf8' })).toContain(
      'Key is valid',
    );
  },
);

test('people are told what a certificate is', async () => {
  using folder = new Folder();
  const now = new Date('2026-11-26T12:00:00Z');
  const authority = await open(folder, { now: () => now });
  const { certificate, ca } = await authority.issueServer({ names: ['dev'], addresses: ['192.0.2.7'] });
  expect(inspect(certificate)).toMatchObject({
    subject: 'CN=dev',
    issuer: inspect(ca).subject,
    names: ['dev', 'localhost'],
    addresses: ['192.0.2.7', '127.0.0.1'],
    purposes: ['server'],
    isCa: false,
    // Clocks differ.
    validFrom: new Date(now.getTime() - DAY_MS),
    validTo: new Date(now.getTime() + 1080 * DAY_MS),
  });
  expect(inspect(ca)).toMatchObject({ isCa: true, validTo: new Date(now.getTime() + 3650 * DAY_MS) });
});

test('a server that has the certificate, and a client that has its own, understand each other', async () => {
  using folder = new Folder();
  const authority = await open(folder);
  const server = await authority.issueServer({ names: ['dev'], addresses: ['127.0.0.1'] });
  const client = await authority.client();
  expect(await greeting(server, client)).toBe('welcome');
  expect(await greeting(server, { ...client, host: 'dev' })).toBe('welcome');
  expect(await greeting(server, { ...client, host: 'other' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('nobody comes in without a certificate, with one of another CA, or with the key of another guest', async () => {
  using folder = new Folder();
  using elsewhere = new Folder();
  const authority = await open(folder);
  const server = await authority.issueServer({ names: ['dev'] });
  const neighbour = await authority.issueServer({ names: ['neighbour'] });
  const { ca } = server;
  const stranger = await (await open(elsewhere)).client();
  expect(await greeting(server, { ca })).toMatch(/^refused: .*NOT_RETURN_A_CERTIFICATE/);
  expect(await greeting(server, { ...stranger, ca })).toMatch(/^refused: /);
  expect(await greeting(server, { ...neighbour, ca })).toMatch(/^refused: /);
});

test('nobody passes for a machine with the key of another one, of a client, or of another CA', async () => {
  using folder = new Folder();
  using elsewhere = new Folder();
  const authority = await open(folder);
  const client = await authority.client();
  const neighbour = await authority.issueServer({ names: ['neighbour'] });
  expect(await greeting(neighbour, { ...client, host: 'dev' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await greeting(client, client)).toBe('INVALID_PURPOSE');
  const stranger = await (await open(elsewhere)).issueServer({ names: ['dev'] });
  expect(await greeting(stranger, client)).toMatch(/^(UNABLE_TO|SELF_SIGNED)/);
});

test('two processes that are the first at the same time make one CA', async () => {
  using folder = new Folder();
  const script = `
    const { openAuthority } = require(${JSON.stringify(join(DIST, 'docker/certificates'))});
    const { withLock } = require(${JSON.stringify(join(DIST, 'machines/lock'))});
    const folder = process.argv[1];
    const lock = (work) => withLock({ path: folder + '.lock', description: 'The CA' }, work);
    openAuthority({ folder, withLock: lock }).then(async (authority) => process.stdout.write(JSON.stringify(await authority.client())));
  `;
  const run = () => promisify(execFile)(process.execPath, ['-e', script, join(folder.path, 'certs')]);
  const [one, other] = await Promise.all([run(), run()]);
  expect(JSON.parse(one.stdout)).toEqual(JSON.parse(other.stdout));
  expect(Object.keys(shelfOf(folder))).toEqual(['ca-key.pem', 'ca.pem', 'cert.pem', 'key.pem']);
});

test('a CA is told from the next one by its name, however long that of the host is', async () => {
  const key = await makeKey('ecdsa');
  const names = [0, 1].map((ms) => newCa(key, new Date(ms), 'build.'.repeat(20)).certificate.subject);
  expect(names).toEqual([expect.stringContaining('.000Z'), expect.stringContaining('.001Z')]);
});

describe('what is there already', () => {
  test.each([
    ['ca.pem', ['ca-key.pem']],
    ['cert.pem', ['ca-key.pem', 'ca.pem', 'key.pem']],
    ['key.pem', ['ca-key.pem', 'ca.pem']],
  ])('is completed where %s is missing', async (name, kept) => {
    using folder = new Folder();
    await open(folder);
    const before = shelfOf(folder);
    rmSync(join(folder.path, 'certs', name));
    const authority = await open(folder);
    const after = shelfOf(folder);
    for (const each of kept) expect(after[each]).toBe(before[each]);
    const client = await authority.client();
    expect(await greeting(await authority.issueServer({ names: ['dev'] }), client)).toBe('welcome');
  });

  test.each(['ca-key.pem', 'key.pem'])('is left alone where %s does not fit, and told', async (name) => {
    using folder = new Folder();
    using elsewhere = new Folder();
    await open(folder);
    await open(elsewhere);
    copyFileSync(join(elsewhere.path, 'certs', name), join(folder.path, 'certs', name));
    const before = shelfOf(folder);
    await expect(open(folder)).rejects.toMatchObject({
      code: name === 'key.pem' ? 'ERR_CERTIFICATE' : 'ERR_DOCKER_CA',
      message: expect.stringContaining(name === 'key.pem' ? 'another key' : 'does not belong to') as string,
    });
    expect(shelfOf(folder)).toEqual(before);
  });

  test('is left alone where it is damaged, and told; a rotation mends it', async () => {
    using folder = new Folder();
    await open(folder);
    writeFileSync(
      join(folder.path, 'certs', 'ca.pem'),
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    );
    const before = shelfOf(folder);
    await expect(open(folder)).rejects.toMatchObject({ code: 'ERR_CERTIFICATE' });
    expect(shelfOf(folder)).toEqual(before);
    const authority = await rotateAuthority(optionsFor(folder));
    expect(await greeting(await authority.issueServer({ names: ['dev'] }), await authority.client())).toBe('welcome');
  });

  test('signs nothing without the key of the CA, and is of use all the same', async () => {
    using folder = new Folder();
    const { certificate } = await (await open(folder)).client();
    rmSync(join(folder.path, 'certs', 'ca-key.pem'));
    const authority = await open(folder);
    expect(await authority.client()).toMatchObject({ certificate });
    await expect(authority.issueServer({ names: ['dev'] })).rejects.toMatchObject({
      code: 'ERR_DOCKER_CA',
      message: expect.stringContaining('ca-key.pem is not there') as string,
    });
  });

  test('may be a CA that openssl has made, with RSA', async () => {
    using folder = new Folder();
    const certs = join(folder.path, 'certs');
    mkdirSync(certs);
    const args = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '90',
      '-subj',
      '/O=Example/CN=Our CA',
      '-addext',
      'keyUsage=critical,keyCertSign',
    ];
    execFileSync('openssl', [...args, '-keyout', join(certs, 'ca-key.pem'), '-out', join(certs, 'ca.pem')], {
      stdio: 'pipe',
    });
    const authority = await open(folder);
    const server = await authority.issueServer({ names: ['dev'] });
    expect(inspect(server.certificate).issuer).toBe('O=Example, CN=Our CA');
    // No longer than the CA, who would take it?
    expect(inspect(server.certificate).validTo).toEqual(inspect(server.ca).validTo);
    expect(openssl(folder, server, 'sslserver')).toMatch(/: OK$/m);
    expect(await greeting(server, await authority.client())).toBe('welcome');
  });
});

test('an expired certificate is told, and the client makes itself a new one', async () => {
  using folder = new Folder();
  let now = new Date();
  const authority = await open(folder, { now: () => now });
  const server = await authority.issueServer({ names: ['dev'] });
  const { key } = await authority.client();
  now = new Date(now.getTime() + 1100 * DAY_MS);
  expect(certificateProblem({ ...server, purpose: 'server', names: ['dev'], now })).toEqual({
    code: 'ERR_CERTIFICATE_EXPIRED',
    why: expect.stringMatching(/^it expired on \d{4}-\d\d-\d\d$/) as string,
  });
  const renewed = await (await open(folder, { now: () => now })).client();
  expect(renewed.key).toBe(key);
  expect(certificateProblem({ ...renewed, purpose: 'client', now })).toBeUndefined();
  now = new Date(now.getTime() + 3650 * DAY_MS);
  await expect(authority.issueServer({ names: ['dev'] })).rejects.toMatchObject({ code: 'ERR_CERTIFICATE_EXPIRED' });
  const fresh = await rotateAuthority(optionsFor(folder, { now: () => now }));
  expect((await fresh.ca()).match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
});

test('a new CA leaves the old machines reachable, until it is trusted alone', async () => {
  using folder = new Folder();
  const authority = await open(folder);
  const old = { server: await authority.issueServer({ names: ['old'] }), client: await authority.client() };
  await authority.rotate();
  const client = await authority.client();
  const server = await authority.issueServer({ names: ['new'] });
  expect(await authority.isCurrent(old.server.certificate)).toBe(false);
  expect(await authority.isCurrent(server.certificate)).toBe(true);
  // A machine's folder keeps the client's certificate that its machine knows: it trusts the new CA too, from now on.
  expect(await greeting(old.server, { ...old.client, ca: client.ca })).toBe('welcome');
  expect(await greeting(server, old.client)).toMatch(/^(UNABLE_TO|SELF_SIGNED)/);
  expect(await greeting(server, { ...old.client, ca: client.ca })).toBe('welcome');
  expect(await greeting(server, client)).toBe('welcome');
  for (const each of [old.server, server]) {
    expect(openssl(folder, { ...each, ca: client.ca }, 'sslserver')).toMatch(/: OK$/m);
  }
  await authority.retire();
  expect(await greeting(old.server, { ...old.client, ca: await authority.ca() })).toMatch(/^(UNABLE_TO|SELF_SIGNED)/);
  const last = await authority.issueServer({ names: ['new'] });
  expect(await greeting(last, { ...old.client, ca: last.ca })).toMatch(/^refused: /);
  expect(await greeting(last, await authority.client())).toBe('welcome');
});

test('a rotation that was killed anywhere is finished, or has not begun', async () => {
  using shim = new CrashShim();
  const script = `
    const { openAuthority } = require(${JSON.stringify(join(DIST, 'docker/certificates'))});
    const withLock = (work) => work();
    openAuthority({ folder: process.argv[1], withLock }).then((authority) => authority.rotate());
  `;
  const killed = async (folder: Folder, crash?: Crash): Promise<string[]> => {
    const { env, steps } = shim.watch(folder.path, crash);
    const options = { env: { ...process.env, ...env } };
    const run = promisify(execFile)(process.execPath, ['-e', script, join(folder.path, 'certs')], options);
    if (crash === undefined) await run;
    else await expect(run).rejects.toMatchObject({ signal: 'SIGKILL' });
    return steps();
  };
  using whole = new Folder();
  const steps = (await killed(whole)).filter((step) => step.startsWith('rename'));
  // Each of the two pairs is written twice, by three renames.
  expect(steps).toHaveLength(12);
  const crashes = crashesAt(steps).filter(({ when }) => when === 'after');
  await Promise.all(
    crashes.map(async (crash) => {
      using folder = new Folder();
      await killed(folder, crash);
      const authority = await open(folder);
      expect(Object.keys(shelfOf(folder))).toHaveLength(4);
      expect(await greeting(await authority.issueServer({ names: ['dev'] }), await authority.client())).toBe('welcome');
    }),
  );
});

test.each(['', 'two words', 'a..b', '-x', 'a/b', 'dev;id', '*'])('no certificate vouches for %j', async (name) => {
  using folder = new Folder();
  const authority = await open(folder);
  await expect(authority.issueServer({ names: [name] })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});

test('a name may be written in any script, have a star, or be an address', async () => {
  using folder = new Folder();
  const authority = await open(folder);
  const { certificate } = await authority.issueServer({
    names: ['Bücher.example', '*.dev.example', '192.0.2.7', '[::1]', 'dev', 'dev'],
  });
  expect(inspect(certificate)).toMatchObject({ names: ['xn--bcher-kva.example', '*.dev.example', 'dev', 'localhost'] });
  expect(new X509Certificate(certificate).checkIP('::1')).toBe('::1');
  expect(existsSync(join(folder.path, 'certs', 'ca.pem'))).toBe(true);
});
