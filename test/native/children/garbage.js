// Connections that are dropped without close() must be closed by the garbage collector, with all that belongs to them.
const { setImmediate: turn } = require('node:timers/promises');

const { allClosed, connect, domainXml } = require('./hvkit');

async function use() {
  const connection = await connect('test:///default');
  await Promise.all(Array.from({ length: 50 }, () => connection.listAllDomains()));
  await connection.allDomainStats();
}

async function main() {
  const first = await connect('test:///default');
  await first.defineDomain(domainXml('marker'));
  await Promise.all(Array.from({ length: 20 }, use));
  await first.close();
  const collecting = setInterval(() => globalThis.gc(), 10);
  await turn();
  await allClosed('marker');
  clearInterval(collecting);
  process.stdout.write('all closed\n');
}

void main();
