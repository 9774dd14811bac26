// What each function of the addon takes, found out by asking it.
const { native, privateUri } = require('./hvkit');

const addon = native();

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

/** Which arguments a function takes, found out from what it says is missing: what was wanted at each position, and one that will do. */
async function signature(name, things) {
  const wants = [];
  const args = [];
  for (;;) {
    const { failure } = await outcome(name, args.slice(0, wants.length));
    if (failure?.code !== 'ERR_INVALID_ARGUMENT') return { wants, args };
    const position = failure.message.startsWith('the object: ')
      ? 0
      : Number(/^argument (\d+)/.exec(failure.message)?.[1]);
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

module.exports = { addon, objects, outcome, signature };
