// A worker makes events while this thread is blocked. What was not delivered in the end must have been counted as dropped,
// and nothing may have piled up. argv: how many events, and how many may wait.
const { Worker, isMainThread, workerData } = require('node:worker_threads');

const { connect, domainXml } = require('./hvkit');

async function flood({ signal, count }) {
  const connection = await connect('test:///default');
  const domain = await connection.lookupDomainByName('test');
  for (let sent = 0; sent < count; sent += 2) {
    await domain.suspend();
    await domain.resume();
  }
  await connection.close();
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

async function main(count, capacity) {
  const connection = await connect('test:///default');
  const stream = connection.events('domain.lifecycle', { capacity });
  await stream.ready;
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(__filename, { workerData: { signal, count } });
  await new Promise((resolve) => {
    worker.once('online', resolve);
  });

  const before = process.memoryUsage.rss();
  Atomics.wait(signal, 0, 0);
  const grown = process.memoryUsage.rss() - before;

  // Events come in order, so behind this one there are no others.
  const last = await connection.defineDomain(domainXml('last'));
  let delivered = 0;
  for await (const { domain } of stream) {
    if (domain.name === 'last') break;
    delivered += 1;
  }
  await last.undefine();
  await connection.close();
  process.stdout.write(JSON.stringify({ delivered, dropped: stream.dropped, grown }));
}

if (isMainThread) void main(Number(process.argv[2]), Number(process.argv[3]));
else void flood(workerData);
