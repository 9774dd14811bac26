import { execFileSync } from 'node:child_process';

import { parse } from 'yaml';

import { buildSeed, type Seed } from '../../../src/images/seed';

const SEED: Seed = {
  hostname: 'dev',
  uuid: '0b1c6ad1-7c55-4c5f-9c2e-4a4d6d1f8b11',
  user: 'me',
  authorizedKeys: ['ssh-ed25519 AAAA somebody'],
  hostKey: { private: 'private', public: 'public' },
};

const PARTS = `
import email, json, sys
mail = email.message_from_binary_file(sys.stdin.buffer)
parts = [part for part in mail.walk() if not part.is_multipart()]
print(json.dumps([[part.get_content_type(), part.get_payload(decode=True).decode()] for part in parts]))
`;

/** What cloud-init is given, taken out and apart by other programs than those that put it together. */
function partsOf(seed: Seed): [type: string, text: string][] {
  const data = execFileSync('bsdtar', ['-xOf', '-', 'user-data'], { input: buildSeed(seed) });
  return JSON.parse(execFileSync('python3', ['-c', PARTS], { input: data, encoding: 'utf8' })) as [string, string][];
}

test.each([undefined, ' \n'])('without user data (%j) there is what hvkit wants', (userData) => {
  const parts = partsOf({ ...SEED, userData });
  expect(parts.map(([type]) => type)).toEqual(['text/cloud-config', 'text/cloud-config', 'text/jinja2']);
  const [, [, musts] = ['', '']] = parts;
  expect(parse(musts)).toMatchObject({ user: { name: 'me', ssh_authorized_keys: SEED.authorizedKeys } });
});

test('the user data comes first, as it is, and the shares last', () => {
  const theirs = '#cloud-config\npackages: [Größe] # ünd so\n';
  const parts = partsOf({ ...SEED, userData: theirs, shares: [{ guest: '/data', readOnly: true }] });
  expect(parts[0]).toEqual(['text/plain', theirs]);
  expect(parse(parts.at(-1)?.[1] ?? '')).toMatchObject({
    bootcmd: [expect.arrayContaining(['share0', '/data', 'ro'])],
  });
});

/** cloud-init 22 complains at each boot of what its schema does not have. */
test('sudo has its rule as text, and doas only what is rendered for Alpine', () => {
  const parts = partsOf(SEED);
  const configs = parts.filter(([type]) => type === 'text/cloud-config').map(([, text]) => text);
  expect(configs.map((text) => (parse(text) as { user?: { sudo: unknown } }).user?.sudo)).toEqual([
    undefined,
    'ALL=(ALL) NOPASSWD:ALL',
  ]);
  expect(configs.join('')).not.toContain('doas');
  expect(parts.at(-1)?.[1]).toMatch(
    /^## template: jinja\n#cloud-config\n\{% if v1\.distro == 'alpine' %\}\nuser:\n {2}doas:\n {4}- permit nopass me\n[^{]*\{% else %\}/,
  );
});
