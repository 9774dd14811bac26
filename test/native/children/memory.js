// Does the same thing over and over, and prints by how many bytes the process grows each time, once it has warmed up.
// argv: what, how often in a round; there are four rounds.
const { setImmediate: turn } = require('node:timers/promises');

const { connect, domainXml, privateUri } = require('./hvkit');

const LANES = 8;

/** In lanes, so that the time is spent in the addon and not in waiting for it. */
async function often(count, action) {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await action();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

const ACTIONS = {
  async calls(count) {
    const connection = await connect('test:///default');
    const domain = await connection.lookupDomainByName('test');
    await often(count, () => domain.state());
    await connection.close();
  },

  /** Objects that are left to the garbage collector. */
  async handles(count) {
    const connection = await connect('test:///default');
    await often(count, () => connection.lookupDomainByName('test'));
    await connection.close();
  },

  async 'freed handles'(count) {
    const connection = await connect('test:///default');
    await often(count, async () => (await connection.lookupDomainByName('test')).free());
    await connection.close();
  },

  async failures(count) {
    const connection = await connect('test:///default');
    await often(count, () => connection.lookupDomainByName('nobody').catch(() => undefined));
    await connection.close();
  },

  /** Every kind of argument and result: texts, bytes, lists, structs, typed parameters. */
  async values(count) {
    const connection = await connect('test:///default');
    const domain = await connection.lookupDomainByName('test');
    await often(count / 9, async () => {
      await domain.xml();
      await domain.setTitle('a title');
      await connection.listAllDomains();
      await connection.allDomainStats();
      await connection.nodeInfo();
      await connection.nodeCpuMap();
      await connection.nodeCpuMap();
      await domain.setSchedulerParameters({ weight: 5 });
      await domain.schedulerParameters();
    });
    await connection.close();
  },

  async events(count) {
    const connection = await connect('test:///default');
    const domain = await connection.lookupDomainByName('test');
    const stream = connection.events('domain.lifecycle');
    await stream.ready;
    for (let heard = 0; heard < count;) {
      for (let i = 0; i < 50; ++i) {
        await domain.suspend();
        await domain.resume();
      }
      for (let i = 0; i < 100; ++i, ++heard) await stream.next();
    }
    await connection.close();
  },

  async subscriptions(count) {
    const connection = await connect('test:///default');
    await often(count, async () => (await connection.on('domain.lifecycle', () => undefined)).stop());
    await connection.close();
  },

  async connections(count) {
    await often(count, async () => (await connect('test:///default')).close());
  },

  async 'private connections'(count) {
    const uri = privateUri();
    await often(count, async () => {
      const connection = await connect(uri);
      await connection.defineDomain(domainXml('other'));
      await connection.close();
    });
  },
};

/** Finalizers run in a turn of the event loop after the collection that found their objects. */
async function collect() {
  for (let i = 0; i < 5; ++i) {
    globalThis.gc();
    await turn();
  }
}

async function round(action, count) {
  const before = process.memoryUsage.rss();
  await action(count);
  await collect();
  return process.memoryUsage.rss() - before;
}

async function main(action, count) {
  await round(action, count);
  const growths = [];
  for (let i = 0; i < 3; ++i) growths.push(await round(action, count));
  // A leak shows in every round; what the engine compiles or sets up late, in one.
  growths.sort((a, b) => a - b);
  process.stdout.write(String(growths[1]));
}

void main(ACTIONS[process.argv[2]], Number(process.argv[3]));
