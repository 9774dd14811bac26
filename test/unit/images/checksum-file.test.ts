import { HvError } from '../../../src/errors';
import { checksumIn, signedText } from '../../../src/images/catalogue/checksum-file';
import { randomOf } from '../../support/mutate';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const LONG = 'c'.repeat(128);

const CLEARSIGNED = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

# Fedora-Cloud.qcow2: 5 bytes
SHA256 (Fedora-Cloud.qcow2) = ${A}
- --- a line that begins with a dash
-----BEGIN PGP SIGNATURE-----

iQIzBAEBCAAdFiEE
-----END PGP SIGNATURE-----
`;

test.each([
  ['GNU', `${A}  disk.qcow2\n${B}  other.qcow2\n`, `sha256:${A}`],
  ['GNU, binary', `${B} *other\n${A.toUpperCase()} *disk.qcow2\n`, `sha256:${A}`],
  ['with a folder', `${LONG}  ./disk.qcow2\n`, `sha512:${LONG}`],
  ['BSD', `# disk.qcow2: 1 bytes\r\nSHA512 (disk.qcow2) = ${LONG}\r\n`, `sha512:${LONG}`],
  ['both lengths', `${A}  disk.qcow2\n${LONG}  disk.qcow2\n`, `sha512:${LONG}`],
  ['bare', `${LONG}\n`, `sha512:${LONG}`],
  ['said twice', `${A}  disk.qcow2\n${A}  disk.qcow2\n`, `sha256:${A}`],
])('a list in the form %s', (_, list, checksum) => {
  expect(checksumIn(list, 'disk.qcow2')).toBe(checksum);
});

test('of a signed list only what is signed is read', () => {
  expect(checksumIn(CLEARSIGNED, 'Fedora-Cloud.qcow2')).toBe(`sha256:${A}`);
  expect(signedText(CLEARSIGNED)).toContain('\n--- a line that begins');
  const around = `${B}  evil.qcow2\n${CLEARSIGNED}${B}  evil.qcow2\n`;
  expect(() => checksumIn(around, 'evil.qcow2')).toThrow('has none of evil.qcow2');
});

test.each([
  ['', 'has none of'],
  [`${A}  disk.qcow2.sig\n`, 'has none of'],
  [`${A}  folder/disk.qcow2\n`, 'has none of'],
  [`${A.slice(1)}  disk.qcow2\n`, 'has none of'],
  [`${A}\n${B}\n`, 'has none of'],
  [`MD5 (disk.qcow2) = ${'d'.repeat(32)}`, 'has none of'],
  [`${A}  disk.qcow2\n${B}  disk.qcow2\n`, 'has two of'],
  ['-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n', 'its end is not there'],
  [CLEARSIGNED.replace('\n\n', '\n'), 'its end is not there'],
])('a list that does not tell is refused: %j', (list, why) => {
  let error: unknown;
  try {
    checksumIn(list, 'disk.qcow2');
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ name: 'HvError', code: 'ERR_CHECKSUM_LIST' });
  expect((error as HvError).message).toContain(why);
});

test('whatever a list holds: a checksum of the right form, or a refusal', () => {
  const pieces = [
    A,
    LONG,
    'disk.qcow2',
    ' ',
    '  ',
    ' *',
    '\n',
    '\r\n',
    'SHA256 (',
    ') = ',
    '\\',
    '\0',
    'ä',
    '#',
    '- ',
  ].concat('-----BEGIN PGP SIGNED MESSAGE-----', '-----BEGIN PGP SIGNATURE-----', 'Hash: SHA256');
  for (let seed = 0; seed < 3000; ++seed) {
    const next = randomOf(seed);
    const list = Array.from({ length: next(30) }, () => pieces[next(pieces.length)]).join('');
    try {
      expect(checksumIn(list, 'disk.qcow2')).toMatch(/^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/);
    } catch (error) {
      if (!HvError.is(error)) throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
