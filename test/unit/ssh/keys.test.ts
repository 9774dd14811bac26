import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readKeyFile } from '../../../src/ssh/key-file';
import { generateKeyPair, writeKeyPair } from '../../../src/ssh/keys';
import { fingerprint, parsePublicKey } from '../../../src/ssh/public-key';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-keys-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function keygen(...args: string[]): string {
  return execFileSync('ssh-keygen', args, { encoding: 'utf8', input: '', stdio: ['pipe', 'pipe', 'ignore'] }).trim();
}

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
}

/** A key that ssh-keygen makes. */
function made(name: string, ...args: string[]): string {
  const path = join(folder, name);
  keygen('-q', '-C', `comment of ${name}`, '-f', path, ...args);
  return path;
}

test.each([
  'user@host',
  '',
  'with spaces in it',
  'äöü 日本',
  'x'.repeat(200),
  ...'1234567'.split('').map((n) => 'x'.repeat(Number(n))),
])('ssh-keygen takes a key with the comment "%s"', (comment) => {
  const { privateKey, publicKey, fingerprint } = generateKeyPair(comment);
  const path = file('key', privateKey);
  expect(keygen('-y', '-f', path)).toBe(publicKey);
  expect(keygen('-l', '-f', path).split(' ')[1]).toBe(fingerprint);
});

test('what ssh-keygen writes again of a key has the same form, byte for byte but for its check number', () => {
  const path = file('key', generateKeyPair('a comment').privateKey);
  const before = readFileSync(path, 'utf8');
  keygen('-p', '-N', '', '-f', path);
  const [own, theirs] = [before, readFileSync(path, 'utf8')].map((text) => {
    const bytes = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64');
    const check = bytes.indexOf('ssh-ed25519', bytes.indexOf('ssh-ed25519') + 1) - 4 - 8;
    return {
      lines: text.split('\n').map(({ length }) => length),
      bytes: bytes.fill(0, check, check + 8).toString('hex'),
    };
  });
  expect(own).toEqual(theirs);
});

test('no two keys are the same', () => {
  expect(generateKeyPair('a').fingerprint).not.toBe(generateKeyPair('a').fingerprint);
});

test('a comment of two lines would be a line of authorized_keys by itself', () => {
  expect(() => generateKeyPair('a\nssh-ed25519 AAAA')).toThrow(/comment is one line/);
});

describe('writeKeyPair', () => {
  test('writes both files, the private one for its owner alone, in a folder that it makes', async () => {
    const written = await writeKeyPair(join(folder, 'a', 'b'), 'id_ed25519', 'me');
    expect(statSync(written.privateFile).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'a', 'b')).mode & 0o777).toBe(0o700);
    expect(readFileSync(written.publicFile, 'utf8')).toBe(`${written.publicKey}\n`);
    expect(keygen('-y', '-f', written.privateFile)).toBe(written.publicKey);
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['id_ed25519', 'id_ed25519.pub']);
  });

  test('keeps the key that is there, and makes its public half whole', async () => {
    const first = await writeKeyPair(folder, 'key', 'me');
    writeFileSync(first.publicFile, 'ssh-ed2551');
    expect(await writeKeyPair(folder, 'key', 'another comment')).toEqual(first);
    rmSync(first.publicFile);
    expect(await writeKeyPair(folder, 'key', 'me')).toEqual(first);
    expect(readFileSync(first.publicFile, 'utf8')).toBe(`${first.publicKey}\n`);
  });

  test('is not fooled by a damaged key, and does not replace it', async () => {
    file('key', 'damaged');
    await expect(writeKeyPair(folder, 'key', 'me')).rejects.toMatchObject({ code: 'ERR_SSH_KEY' });
    expect(readFileSync(join(folder, 'key'), 'utf8')).toBe('damaged');
  });

  test('says which file could not be written', async () => {
    file('not-a-folder', '');
    const place = join(folder, 'not-a-folder', 'x');
    await expect(writeKeyPair(place, 'key', 'me')).rejects.toMatchObject({
      code: 'ERR_SSH_KEY_FILE',
      message: expect.stringContaining(place) as string,
    });
  });
});

describe("a user's own key", () => {
  test.each([
    ['ed25519', ['-t', 'ed25519', '-N', '']],
    ['rsa', ['-t', 'rsa', '-b', '2048', '-N', '']],
    ['rsa in PEM', ['-t', 'rsa', '-b', '2048', '-N', '', '-m', 'PEM']],
    ['rsa in PKCS8', ['-t', 'rsa', '-b', '2048', '-N', '', '-m', 'PKCS8']],
    ['ecdsa 256', ['-t', 'ecdsa', '-b', '256', '-N', '']],
    ['ecdsa 384 in PEM', ['-t', 'ecdsa', '-b', '384', '-N', '', '-m', 'PEM']],
    ['ecdsa 521 in PKCS8', ['-t', 'ecdsa', '-b', '521', '-N', '', '-m', 'PKCS8']],
  ])('%s: as ssh-keygen sees it, with and without its .pub', async (name, args) => {
    const path = made(name, ...args);
    const line = readFileSync(`${path}.pub`, 'utf8').trim();
    const printed = keygen('-l', '-f', `${path}.pub`).split(' ')[1];
    expect(await readKeyFile(path)).toMatchObject({ publicKey: line, fingerprint: printed });
    rmSync(`${path}.pub`);
    const { publicKey, privateKey } = await readKeyFile(path);
    expect(parsePublicKey(publicKey).blob).toEqual(parsePublicKey(line).blob);
    expect(privateKey).toContain('PRIVATE KEY');
  });

  test.each([
    ['ed25519', ['-t', 'ed25519']],
    ['rsa in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['rsa in PKCS8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8']],
  ])('%s, encrypted: its public half is known, the private one is for the agent', async (name, args) => {
    const path = made(name, ...args, '-N', 'a passphrase');
    expect(await readKeyFile(path)).toMatchObject({
      publicKey: readFileSync(`${path}.pub`, 'utf8').trim(),
      privateKey: undefined,
    });
  });

  test('an encrypted key that hides its public half needs its .pub', async () => {
    const path = made('key', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'a passphrase');
    rmSync(`${path}.pub`);
    await expect(readKeyFile(path)).rejects.toMatchObject({
      code: 'ERR_SSH_KEY',
      hint: `ssh-keygen -y -f '${path}' > '${path}.pub'`,
    });
  });

  test("another key's .pub beside it is not taken for its own", async () => {
    const path = made('key', '-t', 'ed25519', '-N', '');
    const other = made('other', '-t', 'ed25519', '-N', '');
    writeFileSync(`${path}.pub`, readFileSync(`${other}.pub`));
    expect((await readKeyFile(path)).publicKey).toBe(keygen('-y', '-f', path));
  });

  test('a public key alone is for the agent', async () => {
    const path = made('key', '-t', 'ed25519', '-N', '');
    expect(await readKeyFile(`${path}.pub`)).toMatchObject({
      publicKey: keygen('-y', '-f', path),
      privateKey: undefined,
    });
  });

  test('a private key that others may read is refused, as by ssh', async () => {
    const path = made('key', '-t', 'ed25519', '-N', '');
    chmodSync(path, 0o640);
    await expect(readKeyFile(path)).rejects.toMatchObject({
      code: 'ERR_SSH_KEY_FILE',
      message: expect.stringContaining('0640') as string,
      hint: `chmod 600 '${path}'`,
    });
  });

  test.each([
    ['nothing', ''],
    ['a text', 'hello\n'],
    ['half a key', generateKeyPair('').privateKey.slice(0, 200)],
    ['no base64', '-----BEGIN OPENSSH PRIVATE KEY-----\n!!!!\n-----END OPENSSH PRIVATE KEY-----\n'],
    ['an empty OpenSSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\n\n-----END OPENSSH PRIVATE KEY-----\n'],
    ['an empty PEM', '-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----\n'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ["PuTTY's", 'PuTTY-User-Key-File-3: ssh-ed25519\n'],
    ['a bad public key', 'ssh-ed25519 AAAA comment\n'],
  ])('%s is no key, and the error says so', async (_what, text) => {
    await expect(readKeyFile(file('key', text))).rejects.toMatchObject({
      code: 'ERR_SSH_KEY',
      hint: expect.any(String) as string,
    });
  });

  test('cut off or changed anywhere, a key is refused or still read, and nothing else happens', async () => {
    const { privateKey } = generateKeyPair('comment');
    for (let i = 0; i < privateKey.length; i += 3) {
      for (const text of [privateKey.slice(0, i), `${privateKey.slice(0, i)}A${privateKey.slice(i + 1)}`]) {
        const outcome = await readKeyFile(file('key', text)).then(
          ({ publicKey }) => publicKey,
          (error: unknown) => (error as { code?: string }).code,
        );
        expect(outcome).toMatch(/^(ssh-ed25519 |ERR_SSH_KEY$)/);
      }
    }
  });

  test('a key that is not there', async () => {
    const path = join(folder, 'nowhere');
    await expect(readKeyFile(path)).rejects.toMatchObject({
      code: 'ERR_SSH_KEY_FILE',
      message: expect.stringContaining(path) as string,
    });
  });
});

test('the fingerprint of a line is that of ssh-keygen', () => {
  const path = made('key', '-t', 'ecdsa', '-N', '');
  const line = readFileSync(`${path}.pub`, 'utf8');
  expect(fingerprint(line)).toBe(keygen('-l', '-f', path).split(' ')[1]);
});
