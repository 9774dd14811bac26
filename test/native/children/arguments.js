// Calls every function of the addon with what no sane program would pass, position by position, and prints a line for
// each answer that is not a plain failure, and for each function that could not be tried to its end. Where a crash happened
// is the last line of the file named by argv[2].
const { openSync, writeSync, closeSync } = require('node:fs');

const { native, privateUri } = require('./hvkit');

const addon = native();
const journal = openSync(process.argv[2], 'w');

/** What the addon says it wants, and what to give it then. */
const WANTED = [
  [/a handle of a libvirt (\w+) is wanted/, ([, kind], objects) => objects.get(kind)],
  [/a handle of a libvirt object is wanted/, (_match, objects) => objects.get('Domain')],
  [/a string (?:without .*)?is wanted/, () => 'x'],
  [/an array of strings is wanted/, () => ['x']],
  [/an array of domains is wanted/, (_match, objects) => [objects.get('Domain')]],
  [/an array of whole numbers is wanted/, () => [1]],
  [/a Buffer or Uint8Array is wanted/, () => new Uint8Array([1])],
  [/an object of parameters is wanted/, () => ({ cpu_shares: 1 })],
  [/from (?:at least )?(-?\d+)/, ([, low]) => Math.max(Number(low), 1)],
  [/a BigInt|a number is wanted|at least one/, () => 1],
];

const detached = new Uint8Array(8);
structuredClone(detached, { transfer: [detached.buffer] });
const cyclic = [];
cyclic.push(cyclic);
const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** Values, each with the wants that it meets: everywhere else it must be refused. */
const HOSTILE = [
  ['undefined', undefined, /string/],
  ['null', null, /string/],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['1.5', 1.5],
  ['2^32', 2 ** 32, /BigInt/],
  ['-2^31-1', -(2 ** 31) - 1, /BigInt/],
  ['2^53', 2 ** 53],
  ['1e300', 1e300],
  ['2n^64', 2n ** 64n],
  ['-2n^63-1', -(2n ** 63n) - 1n],
  ['2n^10000', 2n ** 10000n],
  ['true', true],
  ['symbol', Symbol('s')],
  ['function', () => undefined, /parameters/],
  ['class', class {}, /parameters/],
  ['NUL', 'a\0b'],
  ['high surrogate', 'a\ud800'],
  ['low surrogate', '\udc00a'],
  ['reversed surrogates', '\udc00\ud800'],
  ['number as text', new String('x'), /parameters/],
  ['boxed number', new Number(1), /parameters/],
  ['empty object', {}, /parameters/],
  ['date', new Date(0), /parameters/],
  ['no prototype', Object.create(null), /parameters/],
  ['array of holes', new Array(3)],
  ['endless array of holes', new Array(2 ** 32 - 1)],
  ['array of null', [null]],
  ['array of symbols', [Symbol('s')]],
  ['array of NUL', ['a\0b']],
  ['array of half surrogates', ['\ud800']],
  ['cyclic array', cyclic],
  ['array that throws', Object.defineProperty(['x'], 0, { get: thrower, enumerable: true }), /throws/],
  ['array that shrinks', shrinking(), /array of/],
  ['proxy of an array', new Proxy(['x'], {}), /parameters/],
  ['revoked proxy', revoked.proxy, /throws/],
  ['throwing proxy', new Proxy({}, { ownKeys: thrower, get: thrower, getPrototypeOf: thrower }), /throws/],
  ['parameters that throw', Object.defineProperty({}, 'x', { get: thrower, enumerable: true }), /throws/],
  ['parameters with a symbol', { x: Symbol('s') }],
  ['parameters with null', { x: null }],
  ['parameters with undefined', { x: undefined }],
  ['parameters with a function', { x: thrower }],
  ['parameters with NaN', { x: NaN }],
  ['parameters with a huge number', { x: 2 ** 60 }],
  ['parameters with a huge BigInt', { x: 2n ** 64n }],
  ['parameters with a low BigInt', { x: -(2n ** 63n) - 1n }],
  ['parameters with a cycle', { x: cyclic }],
  ['parameters with holes', { x: new Array(3) }],
  ['parameters with endless holes', { x: new Array(2 ** 32 - 1) }],
  ['parameters with NUL', { x: 'a\0b' }],
  ['parameters with a NUL name', { 'a\0b': 1 }],
  ['parameters with a half name', { '\ud800': 1 }],
  ['typed parameters of the wrong type', { x: { llong: 1 } }],
  ['typed parameters that throw', { x: Object.defineProperty({}, 'int', { get: thrower }) }, /throws/],
  ['typed parameters without type', { x: { quad: 1 } }],
  ['detached bytes', detached, /Buffer|parameters/],
  ['16-bit words', new Uint16Array(4), /parameters/],
  ['raw buffer', new ArrayBuffer(4), /parameters/],
  ['view', new DataView(new ArrayBuffer(4)), /parameters/],
  ['promise', Promise.resolve(), /parameters/],
];
const THROWN = new Error('thrown by the caller');

function thrower() {
  throw THROWN;
}

function shrinking() {
  const array = ['x', 'y', 'z'];
  return Object.defineProperty(array, 0, {
    get: () => {
      array.length = 1;
      return 'x';
    },
    enumerable: true,
  });
}

const uri = privateUri();

/** One object of each kind that the test driver has. */
async function objects() {
  const connection = await addon.open(uri, 0, [], null);
  const [domain] = await addon.virConnectListAllDomains(connection, 0);
  const [network] = await addon.virConnectListAllNetworks(connection, 0);
  const [interface_] = await addon.virConnectListAllInterfaces(connection, 0);
  const [pool] = await addon.virConnectListAllStoragePools(connection, 0);
  const [nodeDevice] = await addon.virConnectListAllNodeDevices(connection, 0);
  return new Map([
    ['Connection', connection],
    ['Domain', domain],
    ['DomainSnapshot', await addon.virDomainSnapshotCreateXML(domain, '<domainsnapshot/>', 0)],
    ['Network', network],
    ['Interface', interface_],
    ['StoragePool', pool],
    ['StorageVol', (await addon.virStoragePoolListAllVolumes(pool, 0))[0]],
    ['NodeDevice', nodeDevice],
    ['Stream', await addon.virStreamNew(connection, 0)],
  ]);
}

/** The failure, or `{result}`. */
async function outcome(name, args) {
  try {
    return { result: await addon[name](...args) };
  } catch (failure) {
    return { failure };
  }
}

function isPlain(failure) {
  // What reading a value threw is the caller's own.
  if (failure === THROWN || (failure instanceof TypeError && failure.message.includes('revoked'))) return true;
  return typeof failure?.code === 'string' && typeof failure.message === 'string';
}

/** Which arguments a function takes, found out from what it says is missing: what was wanted at each position, and one that will do. */
async function signature(name, things) {
  const wants = [];
  const args = [];
  for (;;) {
    const { failure } = await outcome(name, args.slice(0, wants.length));
    if (failure?.code !== 'ERR_INVALID_ARGUMENT') return { wants, args };
    const position = Number(/^argument (\d+)/.exec(failure.message)?.[1]) - 1;
    if (!(position >= wants.length)) return { wants, args, obstacle: failure.message };
    // What came before was undefined, which will do: a string that may be left out.
    while (wants.length < position) {
      wants.push('a string');
      args.push('x');
    }
    const [pattern, give] = WANTED.find(([wanted]) => wanted.test(failure.message)) ?? [];
    if (!give) return { wants, args, obstacle: failure.message };
    const value = give(pattern.exec(failure.message), things);
    wants.push(failure.message);
    args.push(value);
    if (value === undefined) return { wants, args, obstacle: failure.message };
  }
}

let calls = 0;

async function check(name, position, label, args, mayBeTaken) {
  ++calls;
  writeSync(journal, `${name} ${position} ${label}\n`);
  const { failure, result } = await outcome(name, args);
  if (failure && !isPlain(failure)) return report(name, position, label, 'an odd failure', failure);
  if (failure?.code === 'ERR_NATIVE') return report(name, position, label, 'an exception', failure);
  if (mayBeTaken) return;
  if (!failure) return report(name, position, label, 'it was taken', result);
  if (failure.code && failure.code !== 'ERR_INVALID_ARGUMENT') report(name, position, label, 'libvirt saw it', failure);
}

function report(name, position, label, what, detail) {
  process.stdout.write(`${name}, argument ${position} = ${label}: ${what}: ${detail?.message ?? String(detail)}\n`);
}

async function main() {
  const names = Object.keys(addon).filter((name) => name.startsWith('vir'));
  let reached = 0;
  for (const name of names) {
    // New ones each time: the calls that are taken change them.
    const things = await objects();
    const { wants, args, obstacle } = await signature(name, things);
    if (!obstacle) ++reached;
    else process.stdout.write(`${name}: ${obstacle}\n`);
    for (const [label, value] of [...HOSTILE, ...things]) {
      await check(name, 1, label, [value], label === wantedKind(wants[0]));
    }
    if (args[0] !== undefined) {
      for (let position = 1; position < wants.length; ++position) {
        for (const [label, value, meets] of HOSTILE) {
          const hostile = args.with(position, value);
          await check(name, position + 1, label, hostile, meets?.test(wants[position]) ?? false);
        }
      }
    }
    await addon.close(things.get('Connection'));
  }
  closeSync(journal);
  process.stderr.write(JSON.stringify({ functions: names.length, reached, calls }));
}

function wantedKind(want = '') {
  return /a handle of a libvirt (\w+)/.exec(want)?.[1];
}

void main();
