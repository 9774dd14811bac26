import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  catalogueEntry,
  names,
  resolveEntry,
  type CatalogueEntry,
  type Fetch,
} from '../../../src/images/catalogue/catalogue';
import { namesIn, newest } from '../../../src/images/catalogue/listing';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const LONG = 'c'.repeat(128);

let folder: string;
let server: Server;
/** What is served, by host and path; of what ends with a slash, a listing. */
let pages: Map<string, Buffer | string>;
let asked: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-catalogue-'));
  pages = new Map();
  asked = [];
  server = createServer((request, response) => {
    const page = pages.get((request.url ?? '').slice(1));
    asked.push((request.url ?? '').slice(1));
    response.writeHead(page === undefined ? 404 : 200, { connection: 'close' }).end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** The distributions' servers, all of them here. */
const fetchHere: Fetch = async (url) => {
  const { port } = server.address() as AddressInfo;
  const { protocol, host, pathname } = new URL(url);
  expect(protocol).toBe('https:');
  const response = await fetch(`http://127.0.0.1:${port}/${host}${pathname}`);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
};

function listing(...entries: string[]): string {
  return `<html><a href="../">Parent</a>${entries.map((name) => `<a href="${name}">${name}</a>`).join('\n')}</html>`;
}

function entry(name: string): CatalogueEntry {
  return catalogueEntry(name)!;
}

/** A key pair, what it signs, and its keys in gpg's two forms. */
class Signer {
  readonly #home: string;
  readonly keyring: string;

  constructor(name: string) {
    this.#home = join(folder, `gnupg-${name}`);
    mkdirSync(this.#home, { mode: 0o700 });
    this.#gpg(['--passphrase', '', '--quick-gen-key', `${name} <${name}@example.org>`, 'ed25519', 'sign', 'never']);
    this.keyring = join(folder, `${name}.gpg`);
    writeFileSync(this.keyring, this.#gpg(['--export']));
    writeFileSync(join(folder, `${name}.asc`), this.#gpg(['--armor', '--export']));
  }

  sign(text: string, how: '--clearsign' | '--detach-sign'): Buffer {
    return this.#gpg(['--passphrase', '', how], text);
  }

  end(): void {
    execFileSync('gpgconf', ['--homedir', this.#home, '--kill', 'all']);
  }

  #gpg(args: readonly string[], input = ''): Buffer {
    return execFileSync('gpg', ['--homedir', this.#home, '--batch', '--pinentry-mode', 'loopback', ...args], {
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }
}

test('every entry has an image for both processors, over https', () => {
  expect(names()).toEqual(expect.arrayContaining(['debian', 'ubuntu', 'alpine', 'fedora']));
  for (const name of names()) {
    for (const arch of ['x86_64', 'aarch64'] as const) {
      expect(entry(name).images[arch].folder[0]).toMatch(/^https:\/\/[^/]+\/.*[^/]$/);
    }
    expect(entry(name)).toMatchObject({ name, init: 'cloud-init', user: entry(name).family });
  }
  expect(catalogueEntry('plan9')).toBeUndefined();
});

test('Debian: a list that is not signed is believed as its server is', async () => {
  const at = 'cloud.debian.org/images/cloud/trixie/latest';
  pages.set(`${at}/SHA512SUMS`, `${LONG}  debian-13-genericcloud-arm64.qcow2\n`);
  expect(await resolveEntry(entry('debian'), 'aarch64', fetchHere)).toEqual({
    url: `https://${at}/debian-13-genericcloud-arm64.qcow2`,
    checksum: `sha512:${LONG}`,
    trust: { by: 'transport', because: "no signature of debian's checksums is known" },
  });
});

test('Alpine: the newest of those in the listing', async () => {
  const at = 'dl-cdn.alpinelinux.org/alpine/latest-stable/releases/cloud';
  const files = ['3.9.9', '3.22.2', '3.22.10'].flatMap((version) => [
    `nocloud_alpine-${version}-x86_64-bios-cloudinit-r0.qcow2`,
    `nocloud_alpine-${version}-x86_64-bios-cloudinit-r0.qcow2.sha512`,
    `nocloud_alpine-${version}-x86_64-bios-tiny-r0.qcow2`,
    `nocloud_alpine-${version}-aarch64-uefi-cloudinit-r0.qcow2`,
  ]);
  pages.set(`${at}/`, listing(...files));
  for (const [arch, name] of [
    ['x86_64', 'nocloud_alpine-3.22.10-x86_64-bios-cloudinit-r0.qcow2'],
    ['aarch64', 'nocloud_alpine-3.22.10-aarch64-uefi-cloudinit-r0.qcow2'],
  ] as const) {
    pages.set(`${at}/${name}.sha512`, `${LONG}  ${name}\n`);
    const found = await resolveEntry(entry('alpine'), arch, fetchHere);
    expect(found).toMatchObject({ url: `https://${at}/${name}`, checksum: `sha512:${LONG}` });
  }
});

test('Alpine: where there is no image for this seed alone, the one for all of them', async () => {
  const at = 'dl-cdn.alpinelinux.org/alpine/latest-stable/releases/cloud';
  const name = 'generic_alpine-3.30.1-x86_64-bios-cloudinit-r0.qcow2';
  pages.set(`${at}/`, listing(name, 'aws_alpine-3.30.1-x86_64-bios-cloudinit-r0.qcow2'));
  pages.set(`${at}/${name}.sha512`, `${LONG}\n`);
  expect(await resolveEntry(entry('alpine'), 'x86_64', fetchHere)).toMatchObject({ checksum: `sha512:${LONG}` });
});

describe('Fedora', () => {
  const releases = 'dl.fedoraproject.org/pub/fedora/linux/releases';
  const at = `${releases}/44/Cloud/x86_64/images`;
  const image = 'Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2';
  const list = `# ${image}: 5 bytes\nSHA256 (${image}) = ${A}\n`;
  let signer: Signer;
  beforeEach(() => {
    signer = new Signer('fedora');
    pages.set(`${releases}/`, listing('9/', '43/', '44/', 'test/'));
    pages.set(
      `${at}/`,
      listing(image, 'Fedora-Cloud-Base-UEFI-UKI-44-1.7.x86_64.qcow2', 'Fedora-Cloud-44-1.7-x86_64-CHECKSUM'),
    );
    pages.set(`${at}/Fedora-Cloud-44-1.7-x86_64-CHECKSUM`, signer.sign(list, '--clearsign'));
  });
  afterEach(() => {
    signer.end();
  });

  test.each(['fedora.gpg', 'fedora.asc'])(
    'the newest release, its signature verified by the keys in %s',
    async (file) => {
      const keyrings = join(folder, 'keyrings');
      mkdirSync(keyrings);
      copyFileSync(join(folder, file), join(keyrings, file));
      expect(await resolveEntry(entry('fedora'), 'x86_64', fetchHere, { keyrings })).toEqual({
        url: `https://${at}/${image}`,
        checksum: `sha256:${A}`,
        trust: { by: 'signature', keyring: join(keyrings, file) },
      });
    },
  );

  test('keys that a user counts on are not passed over where gpgv is absent', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = join(folder, 'nothing');
    try {
      await expect(resolveEntry(entry('fedora'), 'x86_64', fetchHere, { keyrings: folder })).rejects.toMatchObject({
        code: 'ERR_SIGNATURE',
        hint: expect.stringContaining('gpgv') as string,
      });
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  test('without keys its server is believed, and that is said', async () => {
    expect(await resolveEntry(entry('fedora'), 'x86_64', fetchHere, { keyrings: join(folder, 'none') })).toMatchObject({
      checksum: `sha256:${A}`,
      trust: { by: 'transport', because: "this host has no keys of fedora's" },
    });
  });

  test('a list that was changed, or signed by somebody else, is refused', async () => {
    const keyrings = folder;
    const path = `${at}/Fedora-Cloud-44-1.7-x86_64-CHECKSUM`;
    const other = new Signer('somebody');
    for (const bytes of [
      signer.sign(list, '--clearsign').toString().replace(A, B),
      other.sign(list, '--clearsign'),
      list,
      'x',
    ]) {
      pages.set(path, bytes);
      await expect(resolveEntry(entry('fedora'), 'x86_64', fetchHere, { keyrings })).rejects.toMatchObject({
        name: 'HvError',
        code: 'ERR_SIGNATURE',
      });
    }
    other.end();
  });

  test('a line put around what is signed counts for nothing', async () => {
    const bytes = `SHA256 (${image}) = ${B}\n${signer.sign(list, '--clearsign').toString()}SHA256 (${image}) = ${B}\n`;
    pages.set(`${at}/Fedora-Cloud-44-1.7-x86_64-CHECKSUM`, bytes);
    const found = resolveEntry(entry('fedora'), 'x86_64', fetchHere, { keyrings: folder });
    await expect(found.then(({ checksum }) => checksum)).resolves.toBe(`sha256:${A}`);
  });
});

test('Ubuntu: a signature that stands beside the list', async () => {
  const at = 'cloud-images.ubuntu.com/releases/24.04/release';
  const list = `${A} *ubuntu-24.04-server-cloudimg-amd64.img\n${B} *ubuntu-24.04-server-cloudimg-arm64.img\n`;
  const signer = new Signer('ubuntu');
  pages.set(`${at}/SHA256SUMS`, list);
  pages.set(`${at}/SHA256SUMS.gpg`, signer.sign(list, '--detach-sign'));
  signer.end();
  const find = () => resolveEntry(entry('ubuntu-24.04'), 'x86_64', fetchHere, { keyrings: folder });
  expect(await find()).toEqual({
    url: `https://${at}/ubuntu-24.04-server-cloudimg-amd64.img`,
    checksum: `sha256:${A}`,
    trust: { by: 'signature', keyring: signer.keyring },
  });
  pages.set(`${at}/SHA256SUMS`, list.replace(A, B));
  await expect(find()).rejects.toMatchObject({ code: 'ERR_SIGNATURE' });
});

test('a server that has changed: an error that says where', async () => {
  pages.set('dl.fedoraproject.org/pub/fedora/linux/releases/', listing('rawhide/'));
  await expect(resolveEntry(entry('fedora'), 'x86_64', fetchHere)).rejects.toMatchObject({
    code: 'ERR_CATALOGUE',
    message: expect.stringContaining('https://dl.fedoraproject.org/pub/fedora/linux/releases/') as string,
  });
  expect(asked).toEqual(['dl.fedoraproject.org/pub/fedora/linux/releases/']);
});

test('names in a listing, and the newest of them', () => {
  const page = `<a href="?C=N;O=D">Name</a> <A HREF='44/'>44</A> <a href=./45/>45</a> <a href="/pub/">up</a>
    <a href="https://elsewhere.example/46/">46</a> <a href="..">up</a> <a href="a%2Fb">no</a> <a href="44/">again</a>`;
  expect(namesIn(page)).toEqual(['44', '45']);
  expect(newest(['9', '45', '44'])).toBe('45');
  expect(newest(['r-3.22.2-r0', 'r-3.22.10-r0', 'r-3.22.10-r1', 'r-3.9.9-r9'])).toBe('r-3.22.10-r1');
  expect(newest([])).toBeUndefined();
});
