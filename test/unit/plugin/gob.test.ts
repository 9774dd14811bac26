import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { HvError } from '../../../src/errors';
import { flagsIn } from '../../../src/drivers/plugin/flags';
import { Decoder } from '../../../src/drivers/plugin/gob/decoder';
import { Encoder } from '../../../src/drivers/plugin/gob/encoder';
import { Registered, type GobType, type GobValue } from '../../../src/drivers/plugin/gob/value';

/** What a client and a server of Go's own said to each other: test/plugin/driver/record.go. */
const recorded = JSON.parse(readFileSync(join(__dirname, '..', '..', 'plugin', 'recorded.json'), 'utf8')) as Record<
  'client' | 'server',
  string
>;
const client = Buffer.from(recorded.client, 'hex');
const server = Buffer.from(recorded.server, 'hex');

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function valuesIn(bytes: Buffer, size = bytes.length): Promise<GobValue[]> {
  const decoder = new Decoder(pieces(bytes, size));
  const values: GobValue[] = [];
  for (let value = await decoder.next(); value !== undefined; value = await decoder.next()) values.push(value);
  return values;
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

test("the example of Go's documentation", async () => {
  const point: GobType = {
    struct: 'Point',
    fields: [
      ['X', 'int'],
      ['Y', 'int'],
    ],
  };
  const bytes = hex(`1f ff 81 03 01 01 05 50 6f 69 6e 74 01 ff 82 00 01 02 01 01 58 01 04 00 01 01 59 01 04 00 00 00
    07 ff 82 01 2c 01 42 00`);
  expect(new Encoder().encode([point, { X: 22, Y: 33 }])).toEqual(bytes);
  expect(await valuesIn(bytes)).toEqual([{ X: 22, Y: 33 }]);
});

test.each([
  ['int', 0, '03 04 00 00'],
  ['int', 3, '03 04 00 06'],
  ['int', -129, '05 04 00 fe 01 01'],
  ['int', -(2n ** 63n), '0b 04 00 f8 ffffffffffffffff'],
  ['uint', 256, '05 06 00 fe 01 00'],
  ['uint', 2n ** 64n - 1n, '0b 06 00 f8 ffffffffffffffff'],
  ['float', 17, '05 08 00 fe 31 40'],
  ['bool', true, '03 02 00 01'],
  ['string', 'hé', '06 0c 00 03 68c3a9'],
  ['bytes', Buffer.of(0, 255), '05 0a 00 02 00ff'],
  ['interface', null, '03 10 00 00'],
] as const)('%s %s', async (type, value, bytes) => {
  expect(new Encoder().encode([type, value])).toEqual(hex(bytes));
  expect(await valuesIn(hex(bytes))).toEqual([value]);
});

test('what is sent is what comes, with its types described once', async () => {
  const strings: GobType = { slice: 'string' };
  const flags: GobType = { struct: 'RPCFlags', fields: [['Values', { map: ['string', 'interface'] }]] };
  const of = (list: string[]): Registered =>
    new Registered(
      '*rpcdriver.RPCFlags',
      { Values: new Map([['tag', new Registered('[]string', list, strings)]]) },
      flags,
    );
  const encoder = new Encoder();
  const first = encoder.encode(['interface', of(['a', 'b'])]);
  const second = encoder.encode(['interface', of([])]);
  expect(second.length).toBeLessThan(first.length / 2);
  expect(await valuesIn(Buffer.concat([first, second]))).toEqual(
    [['a', 'b'], []].map(
      (list) => new Registered('*rpcdriver.RPCFlags', { Values: new Map([['tag', new Registered('[]string', list)]]) }),
    ),
  );
});

test('of what cannot be written nothing counts as described', async () => {
  const head: GobType = { struct: 'Head', fields: [['Seq', 'uint']] };
  const encoder = new Encoder();
  expect(() => encoder.encode([head, { Seq: 1 }], ['string', 5])).toThrow(/string/);
  expect(await valuesIn(encoder.encode([head, { Seq: 2 }]))).toEqual([{ Seq: 2 }]);
});

describe.each([1, 7, 100_000])("what Go's own client and server say, in pieces of %s bytes", (size) => {
  test('the client', async () => {
    const values = await valuesIn(client, size);
    const calls = values.filter((_, at) => at % 2 === 0) as { ServiceMethod: string; Seq?: number }[];
    expect(calls.map(({ ServiceMethod }) => ServiceMethod.split('.')[1])).toEqual([
      'GetVersion',
      'SetConfigRaw',
      'GetCreateFlags',
      'SetConfigFromFlags',
      'GetIP',
      'GetMachineName',
      'GetConfigRaw',
      'GetState',
      'NoSuchThing',
    ]);
    expect(calls.map(({ Seq = 0 }) => Seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(values[1]).toEqual({});
    expect(Buffer.from(values[3] as Uint8Array).toString()).toContain('"StorePath":"/store"');
    const options = values[7] as Registered;
    expect(options.name).toBe('*rpcdriver.RPCFlags');
    const { Values } = options.value as { Values: Map<string, Registered> };
    expect(Object.fromEntries([...Values].map(([name, { value }]) => [name, value]))).toEqual({
      'cell-tag': ['a', 'b'],
      'cell-token': 'secret',
      'cell-size': -129,
      'cell-dark': true,
    });
  });

  test('the server', async () => {
    const values = await valuesIn(server, size);
    expect(values[1]).toBe(1);
    expect(flagsIn(values[5] ?? null)).toEqual([
      { name: 'cell-sshd', usage: 'the ssh server', variable: 'CELL_SSHD', kind: 'string', preset: '/usr/sbin/sshd' },
      { name: 'cell-token', usage: 'what lets one in', variable: 'CELL_SECRET', kind: 'string', preset: '' },
      { name: 'cell-size', usage: 'how many fit in', variable: '', kind: 'number', preset: 1 },
      { name: 'cell-dark', usage: 'no light', variable: 'CELL_DARK', kind: 'boolean', preset: false },
      { name: 'cell-tag', usage: 'words about it', variable: '', kind: 'list', preset: [] },
      {
        name: 'cell-trouble',
        usage: 'what goes wrong: crash, fail, hang, refuse, slow',
        variable: '',
        kind: 'string',
        preset: '',
      },
    ]);
    expect(values[8]).toMatchObject({ Error: 'IP address is not set' });
    expect(values[11]).toBe('dev');
    expect(JSON.parse(Buffer.from(values[13] as Uint8Array).toString())).toMatchObject({ SSHPort: 70_000 });
    expect((values.at(-2) as { Error: string }).Error).toContain("can't find method");
  });
});

describe('what is no gob is told as that', () => {
  const refused = async (bytes: Buffer): Promise<string> => {
    const failure = await valuesIn(bytes).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'ERR_PLUGIN_PROTOCOL' });
    return (failure as HvError).message;
  };

  test.each([
    ['a message of 2 GiB', 'fc 80000000', 'a message of 2147483648 bytes'],
    ['a type that was not described', '03 ff84 00', 'a value of the type 66'],
    ['a type of nothing', '03 ff83 00', 'a type of no known kind'],
    ['a string longer than its message', '04 0c 00 7f 41', '127 as a length'],
    [
      'a slice of a thousand million',
      '0c ff83 02 01 02 ff84 00 01 04 00 00 08 ff84 00 fc 3b9aca00',
      '1000000000 as a length',
    ],
    ['an integer of a hundred bytes', '04 04 00 9c 00', 'an integer of 100 bytes'],
    ['half a message', '07 04 00', 'a message that ends too early'],
  ])('%s', async (_, bytes, words) => {
    expect(await refused(hex(bytes))).toContain(words);
  });

  test('a list of itself, deeper than any value', async () => {
    // type list []list: each of its elements is a list with one element.
    const define = hex('0c ff83 02 01 02 ff84 00 01 ff84 00 00'.replace('0c', '0d'));
    const content = Buffer.concat([hex('ff84 00'), Buffer.alloc(100, 1)]);
    expect(await refused(Buffer.concat([define, Buffer.of(content.length), content]))).toContain('64 deep');
  });

  test('more parts than a value has', async () => {
    const define = hex('0c ff83 02 01 02 ff84 00 01 04 00 00');
    const content = Buffer.concat([hex('ff84 00 fd 00c350'), Buffer.alloc(50_001)]);
    const head = hex('fd').fill(0xfd);
    const length = Buffer.of(content.length >> 16, (content.length >> 8) & 255, content.length & 255);
    expect(await refused(Buffer.concat([define, head, length, content]))).toContain('50000 parts');
  });
});

test('whatever is broken in what came, it is a value or garbage, and soon told', async () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 1000; round += 1) {
    const bytes = Buffer.from(round % 2 === 0 ? server : client);
    const cut = random(4) === 0 ? random(bytes.length) : bytes.length;
    for (let flips = random(4); flips >= 0; flips -= 1) {
      const at = random(bytes.length);
      bytes[at] = random(3) === 0 ? random(256) : (bytes[at] ?? 0) ^ (1 << random(8));
    }
    try {
      await valuesIn(bytes.subarray(0, cut));
    } catch (error) {
      if (!HvError.is(error) || error.code !== 'ERR_PLUGIN_PROTOCOL') throw error;
    }
  }
});
