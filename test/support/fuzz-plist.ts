import { HvError } from '../../src/errors';
import { parsePlist } from '../../src/native/vmnet';
import { mutate, randomOf } from './mutate';

/** A value of every kind, as Python's plistlib writes it. */
const BINARY = Buffer.from(
  'YnBsaXN0MDDUAQIDBAUGBxNfEBJTaGFyZWRfTmV0X0FkZHJlc3NfEA9TaGFyZWRfTmV0X01hc2tRYVFiXDE5Mi4xNjguNjQuMV0y' +
    'NTUuMjU1LjI1NS4wqwgJCgsMDQ4PEBESEAEjQAQAAAAAAABUdGV4dGEA6QlDMTIz0KATAAABAAAAAAAT//////////8zQcXIVKCA' +
    'AADSFBUWF1FjUWQUAAAAAAAAAACAAAAAAAAAAF8QFHh4eHh4eHh4eHh4eHh4eHh4eHh4CBEmODo8SVdjZW5zdnd7fH2Gj5idn6Gy' +
    'AAAAAAAAAQEAAAAAAAAAGAAAAAAAAAAAAAAAAAAAAMk=',
  'base64',
);
/** Where the binary form says how wide, how many, and where; and the same in small. */
const TRAILER = 32;
const BYTES = [0, 1, 2, 4, 8, 0x0f, 0x13, 0x4f, 0x5f, 0x6f, 0x7f, 0x80, 0xaf, 0xd1, 0xdf, 0xff];

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><!-- a -->
  <key>Shared_Net_Address</key><string>192.168.64.1</string>
  <key>a</key><array><integer>-1</integer><real>2.5</real><true/><false/><data>MTIz</data><date>2024-02-29T12:00:01Z</date><dict/></array>
  <key>&lt;&#65;</key><string/></dict></plist>`;
const WORDS = [
  ...['<array>', '</array>', '<dict>', '</dict>', '<key>', '</key>', '<string>', '</string>', '<plist>', '</plist>'],
  ...[
    '<true/>',
    '<!--',
    '-->',
    '<?',
    '?>',
    '<!DOCTYPE ',
    '&amp;',
    '&#x110000;',
    '&#0;',
    '&',
    ';',
    '0x',
    '\uFEFF',
    '9'.repeat(30),
  ],
];

interface Outcome {
  taken: number;
  refused: number;
  /** What is neither. */
  wrong: string[];
}

type Random = (below: number) => number;

function damagedBinary(random: Random): Buffer {
  const bytes = Buffer.from(random(10) === 0 ? BINARY.subarray(0, random(BINARY.length)) : BINARY);
  for (let places = 1 + random(4); places > 0 && bytes.length > 0; places -= 1) {
    const isTrailer = random(3) === 0;
    const at = isTrailer ? Math.max(bytes.length - 1 - random(TRAILER), 0) : random(bytes.length);
    bytes[at] = random(2) === 0 ? random(256) : BYTES[random(BYTES.length)]!;
  }
  return bytes;
}

/** Damaged settings are refused by their code, or are settings. */
export function fuzzPlist(seed: number, count: number): Outcome {
  const random = randomOf(seed);
  const outcome: Outcome = { taken: 0, refused: 0, wrong: [] };
  for (let round = 0; round < count; round += 1) {
    const bytes = random(2) === 0 ? damagedBinary(random) : Buffer.from(mutate(XML, random, WORDS));
    try {
      parsePlist(bytes);
      outcome.taken += 1;
    } catch (error) {
      if (HvError.is(error) && error.code === 'ERR_PLIST') outcome.refused += 1;
      else outcome.wrong.push(`seed ${seed}, round ${round}: ${String(error)}`);
    }
  }
  return outcome;
}
