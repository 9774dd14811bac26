import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  functionSigner,
  inspect,
  openAuthority,
  programSigner,
  type Authority,
  type AuthorityOptions,
  type Signer,
} from '../../../src/docker/certificates';
import { Folder } from '../../support/folder';

const DOCUMENT = join(__dirname, '..', '..', '..', 'docs', 'certificates.md');

/** The company: its CA, made by openssl, and its folder. */
class Company implements Disposable {
  readonly folder = new Folder();
  readonly ca = join(this.folder.path, 'ca.pem');

  constructor() {
    this.makeCa('ca', ['-x509', '-days', '90', '-subj', '/O=Company/CN=Root']);
  }

  makeCa(name: string, args: readonly string[]): void {
    const key = join(this.folder.path, `${name}-key.pem`);
    const extensions = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-nodes'];
    this.#openssl([
      'req',
      ...curve,
      ...extensions,
      ...args,
      '-keyout',
      key,
      '-out',
      join(this.folder.path, `${name}.pem`),
    ]);
  }

  /** An intermediate that the CA vouches for. */
  makeIntermediate(): void {
    this.makeCa('sub', [
      '-x509',
      '-days',
      '30',
      '-subj',
      '/O=Company/CN=Sub',
      '-CA',
      this.ca,
      '-CAkey',
      this.#file('ca-key.pem'),
    ]);
  }

  /** What it answers to a request, with openssl's own options. */
  sign(request: string, options: readonly string[] = ['-copy_extensions', 'copyall', '-days', '9'], by = 'ca'): string {
    const ca = ['-CA', this.#file(`${by}.pem`), '-CAkey', this.#file(`${by}-key.pem`)];
    return execFileSync('openssl', ['x509', '-req', ...ca, ...options], {
      input: request,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  text(name: string): string {
    return readFileSync(this.#file(name), 'utf8');
  }

  program(text: string): string {
    const file = this.#file('sign');
    writeFileSync(file, text);
    chmodSync(file, 0o755);
    return file;
  }

  #file(name: string): string {
    return join(this.folder.path, name);
  }

  #openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
  }
}

let company: Company;
beforeAll(() => {
  company = new Company();
  company.makeIntermediate();
});
afterAll(() => {
  company[Symbol.dispose]();
});

function open(folder: Folder, more: Partial<AuthorityOptions>): Promise<Authority> {
  return openAuthority({ folder: join(folder.path, 'certs'), withLock: (work) => work(), ...more });
}

/** Signs as it should, but where the test says otherwise. */
function signing(answer: Signer): Signer {
  return (task) =>
    task.purpose === 'client' ? Promise.resolve(company.sign(task.request) + company.text('ca.pem')) : answer(task);
}

function accepts(folder: Folder, issued: { certificate: string; ca: string }, purpose: string): boolean {
  const [leaf, ca] = [join(folder.path, 'leaf.pem'), join(folder.path, 'trusted.pem')];
  writeFileSync(leaf, issued.certificate);
  writeFileSync(ca, issued.ca);
  const args = ['verify', '-partial_chain', '-purpose', purpose, '-untrusted', leaf, '-CAfile', ca, leaf];
  return execFileSync('openssl', args, { encoding: 'utf8' }).trim().endsWith(': OK');
}

test('the program of the documentation signs with the CA of a company', async () => {
  using folder = new Folder();
  const [, program = ''] = /^```sh\n(#!.*?)^```$/ms.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
  const env = { PATH: process.env['PATH'], COMPANY_CA: company.folder.path };
  const authority = await open(folder, { signer: programSigner({ file: company.program(program), env }) });
  const server = await authority.issueServer({ names: ['dev'], addresses: ['192.0.2.7'] });
  expect(inspect(server.certificate)).toMatchObject({
    issuer: 'O=Company, CN=Root',
    names: ['dev'],
    addresses: ['192.0.2.7'],
    purposes: ['server'],
  });
  const client = await authority.client();
  expect(inspect(client.certificate)).toMatchObject({ issuer: 'O=Company, CN=Root', purposes: ['client'] });
  expect(accepts(folder, server, 'sslserver')).toBe(true);
  expect(accepts(folder, client, 'sslclient')).toBe(true);
  // Nothing could be signed here with a key that is not here.
  expect(readdirSync(join(folder.path, 'certs')).sort()).toEqual(['ca.pem', 'cert.pem', 'key.pem']);
});

test('those between come along, and the last one is trusted, be it a root or not', async () => {
  using folder = new Folder();
  const by =
    (...chain: string[]): Signer =>
    ({ request }) =>
      Promise.resolve([company.sign(request, undefined, 'sub'), ...chain.map((name) => company.text(name))].join(''));
  const rooted = await (await open(folder, { signer: by('sub.pem', 'ca.pem') })).issueServer({ names: ['dev'] });
  expect(rooted.certificate.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(inspect(rooted.ca).subject).toBe('O=Company, CN=Root');
  expect(accepts(folder, rooted, 'sslserver')).toBe(true);
  using other = new Folder();
  const alone = await (await open(other, { signer: by('sub.pem') })).issueServer({ names: ['dev'] });
  expect(alone.certificate.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
  expect(inspect(alone.ca).subject).toBe('O=Company, CN=Sub');
  expect(accepts(other, alone, 'sslserver')).toBe(true);
});

test.each<[what: string, answer: Signer, why: RegExp]>([
  ['no certificate', () => Promise.resolve('sorry'), /holds no certificate/],
  ['no text', () => Promise.resolve(undefined as unknown as string), /it is no text/],
  ['no CA', ({ request }) => Promise.resolve(company.sign(request)), /does not stand behind/],
  [
    'another CA',
    ({ request }) => Promise.resolve(company.sign(request, undefined, 'sub') + company.text('ca.pem')),
    /not issued by the CA/,
  ],
  ['the CA alone', () => Promise.resolve(company.text('ca.pem') + company.text('ca.pem')), /another key/],
  [
    'nothing that was asked for',
    ({ request }) => Promise.resolve(company.sign(request, ['-days', '9']) + company.text('ca.pem')),
    /alone/,
  ],
])('an answer with %s is refused', async (_what, answer, why) => {
  using folder = new Folder();
  const authority = await open(folder, { signer: signing(answer) });
  await expect(authority.issueServer({ names: ['dev'] })).rejects.toMatchObject({
    code: 'ERR_SIGNER',
    message: expect.stringMatching(why) as string,
  });
});

test.each([
  [
    'that is good for clients too',
    'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:dev',
    /all the others could be opened/,
  ],
  ['for clients', 'extendedKeyUsage=clientAuth\nsubjectAltName=DNS:dev', /not for a server/],
  ['for another name', 'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:other', /does not vouch for dev/],
])('a certificate %s is refused', async (_what, extensions, why) => {
  using folder = new Folder();
  const file = join(folder.path, 'extensions');
  writeFileSync(file, extensions);
  const answer: Signer = ({ request }) =>
    Promise.resolve(company.sign(request, ['-days', '9', '-extfile', file]) + company.text('ca.pem'));
  const authority = await open(folder, { signer: signing(answer) });
  await expect(authority.issueServer({ names: ['dev'] })).rejects.toMatchObject({
    code: 'ERR_SIGNER',
    message: expect.stringMatching(why) as string,
  });
});

test('a certificate that has expired is refused', async () => {
  using folder = new Folder();
  let now = new Date();
  const signer = signing(({ request }) => Promise.resolve(company.sign(request) + company.text('ca.pem')));
  const authority = await open(folder, { signer, now: () => now });
  now = new Date(now.getTime() + 10 * 86_400_000);
  await expect(authority.issueServer({ names: ['dev'] })).rejects.toMatchObject({
    code: 'ERR_SIGNER',
    message: expect.stringMatching(/expired on \d{4}-/) as string,
  });
});

describe('a program', () => {
  test.each([
    ['that fails', '#!/bin/sh\necho not today >&2\nexit 3\n', /failed with status 3: not today/],
    ['that reads nothing', '#!/bin/sh\nexec <&-\nexit 1\n', /failed with status 1/],
    ['that is killed', '#!/bin/sh\nkill -9 $$\n', /was ended by SIGKILL/],
    ['that says far too much', '#!/bin/sh\nexec cat /dev/zero\n', /far more than certificates/],
  ])('%s is told with its words', async (_what, text, why) => {
    using folder = new Folder();
    const signer = programSigner({ file: company.program(text) });
    await expect(open(folder, { signer })).rejects.toMatchObject({
      code: 'ERR_SIGNER',
      message: expect.stringMatching(why) as string,
    });
    expect(existsSync(join(folder.path, 'certs', 'ca.pem'))).toBe(false);
  });

  test('that is not there, or hangs with all that it has started, is not waited for', async () => {
    using folder = new Folder();
    await expect(open(folder, { signer: programSigner({ file: '/nowhere/sign' }) })).rejects.toMatchObject({
      code: 'ERR_SIGNER',
      message: expect.stringContaining('cannot be run') as string,
    });
    const file = company.program('#!/bin/sh\necho waiting >&2\nsleep 600 &\nwait\n');
    await expect(open(folder, { signer: programSigner({ file, timeoutMs: 3000 }) })).rejects.toMatchObject({
      code: 'ERR_SIGNER',
      message: expect.stringMatching(/took longer than 3 s: waiting/) as string,
    });
  });

  test('that hangs is not waited for because of what left its group', async () => {
    using folder = new Folder();
    // It ends with the pipe that it writes into.
    const file = company.program("#!/bin/sh\nsetsid sh -c 'while sleep 1 && echo; do :; done' &\nexec sleep 600\n");
    await expect(open(folder, { signer: programSigner({ file, timeoutMs: 1000 }) })).rejects.toMatchObject({
      code: 'ERR_SIGNER',
      message: expect.stringMatching(/took longer than 1 s/) as string,
    });
  });

  test('is ended when nobody wants its certificate any more', async () => {
    using folder = new Folder();
    const file = company.program('#!/bin/sh\n: > "$1/started"\nexec sleep 600\n');
    const stop = new AbortController();
    const signer = programSigner({ file, args: [folder.path], signal: stop.signal });
    const seen = watch(folder.path, (_event, name) => {
      if (name === 'started') stop.abort();
    });
    await expect(open(folder, { signer })).rejects.toMatchObject({ code: 'ABORT_ERR' });
    seen.close();
    await expect(open(folder, { signer })).rejects.toMatchObject({ code: 'ABORT_ERR' });
  });
});

describe('a function', () => {
  test.each<[string, Signer, RegExp]>([
    ['that never answers', () => new Promise(() => undefined), /sign\.js, which signs .* took longer than 1 s/],
    ['that fails', () => Promise.reject(new RangeError('not today')), /sign\.js, which signs .* failed: not today/],
  ])('%s is told, and makes nobody wait', async (_what, sign, why) => {
    using folder = new Folder();
    const signer = functionSigner({ file: '/etc/sign.js', sign, timeoutMs: 100 });
    await expect(open(folder, { signer })).rejects.toMatchObject({
      code: 'ERR_SIGNER',
      message: expect.stringMatching(why) as string,
    });
  });
});

test("a company's CA takes the place of hvkit's own, which stays trusted; and the other way round only by a rotation", async () => {
  using folder = new Folder();
  mkdirSync(join(folder.path, 'certs'));
  const own = await (await open(folder, {})).issueServer({ names: ['old'] });
  const signer = signing(({ request }) => Promise.resolve(company.sign(request) + company.text('ca.pem')));
  const authority = await open(folder, { signer });
  const server = await authority.issueServer({ names: ['new'] });
  expect(inspect(server.ca).subject).toBe('O=Company, CN=Root');
  expect(accepts(folder, { ...own, ca: await authority.ca() }, 'sslserver')).toBe(true);
  expect(accepts(folder, server, 'sslserver')).toBe(true);
  expect(await authority.isCurrent(own.certificate)).toBe(false);
  const before = await authority.client();
  expect(await (await open(folder, { signer })).client()).toEqual(before);
  await expect(open(folder, {})).rejects.toMatchObject({ code: 'ERR_DOCKER_CA' });
  expect(await authority.client()).toEqual(before);
});
