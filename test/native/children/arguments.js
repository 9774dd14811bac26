// Calls every function of the addon with what no sane program would pass, position by position, and prints a line for
// each answer that is not a plain failure, and for each function that could not be tried to its end. Where a crash happened
// is the last line of the file named by argv[2].
const { openSync, writeSync, closeSync } = require('node:fs');

const { addon, objects, outcome, signature } = require('./signatures');

const journal = openSync(process.argv[2], 'w');

const detached = new Uint8Array(8);
structuredClone(detached, { transfer: [detached.buffer] });
const cyclic = [];
cyclic.push(cyclic);
const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** Values, each with the wants that it meets: everywhere else it must be refused. */
const HOSTILE = [
  ['undefined', undefined, /^a string$/],
  ['null', null, /^a string$/],
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

function isPlain(failure) {
  // What reading a value threw is the caller's own.
  if (failure === THROWN || (failure instanceof TypeError && failure.message.includes('revoked'))) return true;
  return typeof failure?.code === 'string' && typeof failure.message === 'string';
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
