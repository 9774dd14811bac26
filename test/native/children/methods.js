// Calls every method of every object with what no sane program would pass, position by position, and prints a line for each
// error that is not one of hvkit's own.
const { inspect } = require('node:util');

const { connect, privateUri } = require('./hvkit');

const uri = privateUri();

class Mine extends Error {}

const HOSTILE = [
  undefined,
  null,
  {},
  [],
  [null],
  [undefined],
  ['x'],
  [-1],
  'x',
  'a\0b',
  '\ud800',
  NaN,
  -1,
  1.5,
  2n ** 70n,
  Symbol('s'),
  true,
  () => undefined,
  new Date(NaN),
  new Uint8Array(3),
  new Proxy(
    {},
    {
      get() {
        throw new Mine();
      },
    },
  ),
];

/** These end the objects that the others are tried on; or they are no methods for users. */
const LEFT_OUT = new Set([
  'constructor',
  'free',
  'close',
  'adoptSource',
  'releaseSource',
  'newStream',
  'call',
  'field',
  'identity',
]);

async function makeObjects() {
  const connection = await connect(uri);
  const domain = await connection.lookupDomainByName('one');
  const pool = await connection.lookupStoragePoolByName('pool');
  const [interface_] = await connection.listAllInterfaces();
  const [device] = await connection.listAllNodeDevices();
  return {
    connection,
    domain,
    pool,
    snapshot: await domain.createSnapshot('<domainsnapshot/>'),
    network: await connection.lookupNetworkByName('net'),
    volume: await pool.lookupVolumeByName('vol'),
    interface: interface_,
    device,
  };
}

function methodsOf(object) {
  const names = new Set();
  for (let proto = Object.getPrototypeOf(object); proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(proto))) {
      if (typeof value === 'function' && !LEFT_OUT.has(name)) names.add(name);
    }
  }
  return names;
}

/** What it gave is ended again, so that nothing keeps the process. */
async function end(result) {
  if (typeof result === 'function') result();
  else if (typeof result?.stop === 'function') await result.stop().catch(() => undefined);
}

let calls = 0;
const odd = new Set();

async function check(kind, object, name, args) {
  ++calls;
  try {
    await end(await object[name](...args));
  } catch (error) {
    if (error instanceof Mine || error.name === 'HvError' || error.name === 'LibvirtError') return;
    odd.add(`${kind}.${name}(${args.map((arg) => inspect(arg)).join(', ')}): ${error.name}: ${error.message}`);
  }
}

async function main() {
  const kinds = Object.entries(await makeObjects()).map(([kind, object]) => [kind, methodsOf(object)]);
  for (const [kind, names] of kinds) {
    for (const name of names) {
      // New ones: what was called before may have ended them.
      const objects = await makeObjects();
      for (let position = 0; position < 3; ++position) {
        for (const value of HOSTILE) await check(kind, objects[kind], name, [...['x', 'x'].slice(0, position), value]);
      }
      await objects.connection.close();
    }
  }
  for (const line of odd) process.stdout.write(`${line}\n`);
  process.stderr.write(`${calls}\n`);
}

void main();
