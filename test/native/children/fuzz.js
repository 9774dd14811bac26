// Calls every function of the addon with arguments of the right types that mean nothing, or nearly something, many at a
// time, on a connection that may be closed meanwhile. argv: the seed, how many calls a function, where to write each call
// down before it is made.
const { openSync, writeSync } = require('node:fs');

const { domainXml } = require('./hvkit');
const { addon, objects, outcome, signature } = require('./signatures');

const [seed, rounds, file] = process.argv.slice(2);
const journal = openSync(file, 'w');

/** mulberry32: the same seed gives the same calls. */
let state = Number(seed);
function random(below) {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

const pick = (values) => values[random(values.length)];

const NUMBERS = [0, 0, 0, 1, 2, 3, 4, 7, 8, 16, 64, 255, 4096, 65535, 2 ** 31 - 1, -1, -(2 ** 31), 2 ** 32 - 1];
const BIGS = [0n, 1n, 1024n, 2n ** 31n, 2n ** 32n, 2n ** 63n - 1n, 2n ** 64n - 1n, -1n, -(2n ** 63n), 5, 2 ** 53 - 1];
const TEXTS = [
  '',
  'x',
  'one',
  'vda',
  'net',
  'pool',
  'vol',
  '%s%n%x',
  './x',
  'ü\u{1F600}',
  'x'.repeat(5000),
  '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  '52:54:00:00:00:01',
  '{"execute":"query-status"}',
  '<',
  '<x/>',
  domainXml('one'),
  domainXml('other'),
  '<network><name>n2</name></network>',
  "<pool type='dir'><name>p2</name><target><path>/x</path></target></pool>",
  '<volume><name>v2</name><capacity>5</capacity></volume>',
  '<domainsnapshot><name>s</name></domainsnapshot>',
  "<disk type='file'><target dev='vda'/></disk>",
  "<cpu mode='custom'><model>qemu64</model></cpu>",
  `<a>${'<b>'.repeat(2000)}`,
];
const NAMES = [
  'weight',
  'cpu_shares',
  'vcpu_quota',
  'hard_limit',
  'inbound.average',
  'total_bytes_sec',
  'x',
  'x'.repeat(79),
];
const VALUES = [
  0,
  5,
  -5,
  5n,
  -5n,
  true,
  'text',
  { llong: 5n },
  { ullong: 5n },
  { double: 0.5 },
  { uint: 5 },
  [1, 2, 3],
];

function parameters() {
  return Object.fromEntries(Array.from({ length: random(4) }, () => [pick(NAMES), pick(VALUES)]));
}

/** Something of the type that is wanted. */
function something(want, example) {
  if (/handle/.test(want)) return example;
  if (/array of strings/.test(want)) return Array.from({ length: random(4) }, () => pick(TEXTS));
  if (/array of whole/.test(want)) return Array.from({ length: random(20) }, () => pick(NUMBERS));
  if (/array of domains/.test(want)) return random(4) ? example : [];
  if (/parameters/.test(want)) return parameters();
  if (/Buffer/.test(want)) return new Uint8Array(random(300)).fill(random(256));
  if (/string/.test(want)) return pick(want === 'a string' ? [null, ...TEXTS] : TEXTS);
  if (/BigInt/.test(want)) return pick(BIGS);
  return pick(NUMBERS);
}

function isPlain(failure) {
  return typeof failure.code === 'string' && typeof failure.message === 'string' && failure.code !== 'ERR_NATIVE';
}

function show(_key, value) {
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'string' ? value.slice(0, 100) : value;
}

async function tryOut(name) {
  const things = await objects();
  const { wants, args, obstacle } = await signature(name, things);
  if (!obstacle) {
    const under = [];
    for (let round = 0; round < Number(rounds); ++round) {
      const tried = wants.map((want, i) => something(want, args[i]));
      writeSync(journal, `${name} ${JSON.stringify(tried, show)}\n`);
      const call = outcome(name, tried).then(({ failure }) => {
        if (failure && !isPlain(failure)) process.stdout.write(`${name}: ${failure.message ?? String(failure)}\n`);
      });
      under.push(call);
      if (under.length === 8) await Promise.all(under.splice(0));
    }
    // Some calls are still under way when their objects go.
    for (const thing of things.values()) if (random(2) && thing !== things.get('Connection')) addon.free(thing);
    await Promise.all([addon.close(things.get('Connection')), ...under]);
  }
}

async function main() {
  for (const name of Object.keys(addon).filter((each) => each.startsWith('vir'))) await tryOut(name);
  process.stdout.write('done\n');
}

void main();
