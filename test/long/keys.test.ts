import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HvError } from '../../src/errors';
import { readKeyFile } from '../../src/ssh/key-file';

const ROUNDS = 5_000;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-keys-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The same numbers in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each([
  ['ed25519', []],
  ['ed25519', ['-N', 'secret']],
  ['rsa', ['-b', '2048']],
  ['rsa', ['-b', '2048', '-m', 'PEM']],
  ['ecdsa', ['-m', 'PKCS8']],
  ['ecdsa', ['-m', 'PEM', '-N', 'secret']],
])(
  'a damaged key is refused in our words, or is still one: %s %j',
  async (type, args) => {
    const file = join(folder, `${type}${args.join('')}`);
    const passphrase = args.includes('-N') ? [] : ['-N', ''];
    execFileSync('ssh-keygen', ['-q', '-t', type, ...args, ...passphrase, '-f', file]);
    const original = readFileSync(file);
    const body = Buffer.from(original.toString('latin1').split('\n').slice(1, -2).join(''), 'base64');
    const [first = '', last = ''] = [
      original.toString('latin1').split('\n')[0],
      original.toString('latin1').split('\n').at(-2),
    ];
    const random = numbers(42);

    for (let round = 0; round < ROUNDS; round++) {
      // Of what the base64 says, or of the text itself.
      const isInner = round % 2 === 0 && first.startsWith('-----BEGIN');
      const bytes = Buffer.from(isInner ? body : original);
      for (let i = random(4); i >= 0; i--) bytes[random(bytes.length)] = random(256);
      const cut = random(3) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
      writeFileSync(file, isInner ? `${first}\n${cut.toString('base64')}\n${last}\n` : cut, { mode: 0o600 });
      try {
        expect((await readKeyFile(file)).publicKey).toMatch(/^(ssh-|ecdsa-|sk-)/);
      } catch (error) {
        if (!HvError.is(error)) throw error;
        expect(error.code).toBe('ERR_SSH_KEY');
      }
    }
  },
  600_000,
);
