import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HvError } from '../../src/errors';
import { parsePlist, sharedNetwork, type PlistValue } from '../../src/native/vmnet';
import { Folder } from '../support/folder';
import { fuzzPlist } from '../support/fuzz-plist';

type Form = 'FMT_XML' | 'FMT_BINARY';
const FORMS: Form[] = ['FMT_XML', 'FMT_BINARY'];

/** What Python's own writer makes of Python expressions, in both forms, from one process: it takes long to start. */
function write(expressions: readonly string[]): Record<Form, string>[] {
  const program =
    'import base64, datetime, json, plistlib, sys\n' +
    'write = lambda text, form: base64.b64encode(plistlib.dumps(eval(text), fmt=getattr(plistlib, form))).decode()\n' +
    `print(json.dumps([{form: write(text, form) for form in ${JSON.stringify(FORMS)}} for text in json.loads(sys.argv[1])]))`;
  const output = execFileSync('python3', ['-c', program, JSON.stringify(expressions)], { maxBuffer: 1 << 24 });
  return JSON.parse(output.toString()) as Record<Form, string>[];
}

const VALUES: [string, PlistValue][] = [
  ["{'Shared_Net_Address': '192.168.64.1'}", new Map([['Shared_Net_Address', '192.168.64.1']])],
  ['{}', new Map()],
  ['[]', []],
  ['\'a <b> & "c" é 漢 😀\'', 'a <b> & "c" é 漢 😀'],
  ["'x' * 70000", 'x'.repeat(70_000)],
  ['list(range(300))', Array.from({ length: 300 }, (_, i) => i)],
  [
    '[0, 1, -1, 255, 65536, 2**31, -2**31, 2**53 - 1]',
    [0, 1, -1, 255, 65_536, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER],
  ],
  ['[2**63, -2**63]', [2n ** 63n, -(2n ** 63n)]],
  ['[1.5, -0.25, 1e300]', [1.5, -0.25, 1e300]],
  ['[True, False]', [true, false]],
  ["b'\\x00\\xff'", Uint8Array.of(0, 255)],
  ['datetime.datetime(2024, 2, 29, 12, 0, 1)', new Date('2024-02-29T12:00:01Z')],
  [
    "{'__proto__': {'a': ['b', {'c': 1}]}, '': 2}",
    new Map<string, PlistValue>([
      ['__proto__', new Map([['a', ['b', new Map([['c', 1]])]]])],
      ['', 2],
    ]),
  ],
];
const OTHERS = {
  network: "{'Shared_Net_Address': '10.9.0.1', 'Shared_Net_Mask': '255.255.252.0', 'Other': 1}",
  between: "{'Shared_Net_Address': '10.9.0.100', 'Shared_Net_Mask': '255.255.255.0'}",
  last: "{'Shared_Net_Address': '10.9.0.254', 'Shared_Net_Mask': '255.255.255.0'}",
  empty: '{}',
  noAddress: "{'Shared_Net_Address': '10.9.0'}",
  noMask: "{'Shared_Net_Mask': '255.0.255.0'}",
  mixed: "{'a': [1, 2.5, 'text', 'é', True, b'123', {}, []], 'b': {'c': 2**40, 'd': 'x' * 20}}",
};
const EXPRESSIONS = [...VALUES.map(([expression]) => expression), ...Object.values(OTHERS)];

let files: Record<Form, string>[];

beforeAll(() => {
  files = write(EXPRESSIONS);
});

function written(form: Form, expression: string): Buffer {
  return Buffer.from(files[EXPRESSIONS.indexOf(expression)]![form], 'base64');
}

function refused(bytes: Uint8Array): boolean {
  try {
    parsePlist(bytes);
    return false;
  } catch (error) {
    if (!HvError.is(error) || error.code !== 'ERR_PLIST') throw error;
    return true;
  }
}

const xml = (body: string): Buffer => Buffer.from(`<?xml version="1.0"?><plist version="1.0">${body}</plist>`);

describe.each(FORMS)('what another program wrote as %s', (form) => {
  test.each(VALUES)('%s', (expression, value) => {
    expect(parsePlist(written(form, expression))).toEqual(value);
  });

  test('every shorter one is refused', () => {
    const whole = written(form, OTHERS.mixed);
    const end = form === 'FMT_XML' ? whole.indexOf('</plist>') : whole.length;
    for (let length = 0; length < end; length += 1) expect(refused(whole.subarray(0, length))).toBe(true);
  });
});

test('a damaged one is read or refused, and nothing else', () => {
  const { wrong, taken, refused: refusals } = fuzzPlist(7, 6000);
  expect(wrong).toEqual([]);
  expect(taken).toBeGreaterThan(100);
  expect(refusals).toBeGreaterThan(100);
});

describe('the binary form', () => {
  /** Objects as bytes, references of one byte. */
  function binary(objects: number[][], top = 0): Buffer {
    const body = [...Buffer.from('bplist00')];
    const offsets = objects.map((object) => body.push(...object) - object.length);
    const trailer = Buffer.alloc(32);
    trailer[6] = 1;
    trailer[7] = 1;
    trailer.writeBigUInt64BE(BigInt(objects.length), 8);
    trailer.writeBigUInt64BE(BigInt(top), 16);
    trailer.writeBigUInt64BE(BigInt(body.length), 24);
    return Buffer.concat([Buffer.from([...body, ...offsets]), trailer]);
  }

  test('is taken as it is described', () => {
    expect(parsePlist(binary([[0xa2, 1, 2], [0x51, 0x61], [0x09]]))).toEqual(['a', true]);
  });

  test.each([
    ['a list that holds itself', binary([[0xa1, 0]])],
    [
      'lists that name the next one many times',
      binary(Array.from({ length: 30 }, (_, i) => [0xae, ...Array<number>(14).fill(Math.min(i + 1, 29))])),
    ],
    ['a value that is not there', binary([[0xa1, 9]])],
    ['a count beyond the file', binary([[0xaf, 0x13, 0, 0, 0, 0, 0x40, 0, 0, 0]])],
    ['a count beyond numbers', binary([[0x5f, 0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]])],
    [
      'a key that is a number',
      binary([
        [0xd1, 1, 1],
        [0x10, 1],
      ]),
    ],
    ['a kind that nobody knows', binary([[0x70]])],
    [
      'another version',
      Buffer.from(
        binary([[0x09]])
          .toString('latin1')
          .replace('bplist00', 'bplist15'),
        'latin1',
      ),
    ],
    ['no trailer', Buffer.from('bplist00')],
  ])('%s is refused', (_, bytes) => {
    expect(refused(bytes)).toBe(true);
  });
});

describe('the XML form', () => {
  test('comments, empty tags, spaces and numbers of characters are taken', () => {
    const body =
      '<!-- <dict> --><dict>\n <key>a</key> <string>x<!-- y -->&#65;&#x42;&amp;</string><key>b</key><array/>\n</dict>';
    expect(parsePlist(xml(body))).toEqual(
      new Map<string, PlistValue>([
        ['a', 'xAB&'],
        ['b', []],
      ]),
    );
    expect(parsePlist(xml('<integer>0x1F</integer>'))).toBe(31);
  });

  test.each([
    ['an entity of its own', Buffer.from('<!DOCTYPE plist [<!ENTITY x "y">]><plist><string>&x;</string></plist>')],
    ['an entity that nobody declared', xml('<string>&nbsp;</string>')],
    ['a character that is none', xml('<string>&#x110000;</string>')],
    ['depth without end', xml('<array>'.repeat(10_000))],
    ['a comment without end', xml('<!-- '.repeat(10_000))],
    ['a value without its key', xml('<dict><string>a</string></dict>')],
    ['a key without its value', xml('<dict><key>a</key></dict>')],
    ['text between values', xml('<array>text<true/></array>')],
    ['tags that cross', xml('<array><string></array></string>')],
    ['a tag that settings have not', xml('<script>1</script>')],
    ['numbers that are none', xml('<integer>1e3</integer>')],
    ['nothing', Buffer.alloc(0)],
    ['something else', Buffer.from('{"a": 1}')],
    ['a megabyte and more', Buffer.alloc((1 << 20) + 1, 0x20)],
  ])('%s is refused', (_, bytes) => {
    expect(refused(bytes)).toBe(true);
  });
});

describe('the shared network', () => {
  const ofMac = { address: '192.168.64.1', ranges: [{ first: 0xc0a84002, last: 0xc0a840fe }] };

  test.each(FORMS)('is read from %s', async (form) => {
    using folder = new Folder();
    const file = join(folder.path, 'vmnet.plist');
    writeFileSync(file, written(form, OTHERS.network));
    await expect(sharedNetwork(file)).resolves.toEqual({
      address: '10.9.0.1',
      subnet: { first: 0x0a090000, prefix: 22 },
      ranges: [{ first: 0x0a090002, last: 0x0a0903fe }],
    });
  });

  test.each([
    [
      OTHERS.between,
      [
        { first: 0x0a090001, last: 0x0a090063 },
        { first: 0x0a090065, last: 0x0a0900fe },
      ],
    ],
    [OTHERS.last, [{ first: 0x0a090001, last: 0x0a0900fd }]],
  ])("gives machines no address that is the host's: %s", async (expression, ranges) => {
    using folder = new Folder();
    const file = join(folder.path, 'vmnet.plist');
    writeFileSync(file, written('FMT_BINARY', expression));
    await expect(sharedNetwork(file)).resolves.toMatchObject({ ranges });
  });

  test('is that of macOS where nothing is set', async () => {
    using folder = new Folder();
    const file = join(folder.path, 'vmnet.plist');
    await expect(sharedNetwork(file)).resolves.toMatchObject(ofMac);
    writeFileSync(file, written('FMT_BINARY', OTHERS.empty));
    await expect(sharedNetwork(file)).resolves.toMatchObject(ofMac);
  });

  test.each([OTHERS.noAddress, OTHERS.noMask])('is not guessed at: %s', async (expression) => {
    using folder = new Folder();
    const file = join(folder.path, 'vmnet.plist');
    writeFileSync(file, written('FMT_XML', expression));
    await expect(sharedNetwork(file)).rejects.toMatchObject({
      code: 'ERR_PLIST',
      message: expect.stringContaining(file) as string,
    });
  });
});
