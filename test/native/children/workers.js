// Workers that have connections, subscriptions and calls under way, and end in the middle of them in every way there is.
// Afterwards nothing of them may be left: no connection, no registration, no thread that keeps the process alive.
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

const { allClosed, connect, domainXml, keepCalling, keepEventsComing, privateUri } = require('./hvkit');

const ENDS = ['terminate', 'exit', 'exit in a listener', 'throw', 'throw in a listener', 'leave', 'close', 'open'];

async function work({ end, uri }) {
  if (end === 'open') {
    void connect('test:///default');
    process.exit(0);
  }
  const connection = await connect('test:///default');
  const own = await connect(uri);
  const [domain] = await own.listAllDomains();
  const subscription = await own.on('domain.lifecycle', () => {
    if (end === 'exit in a listener') process.exit(0);
    if (end === 'throw in a listener') throw new Error('meant to end the worker');
  });
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  void stream.next();
  // Calls fail only when their connection closes, which is an end as good as any.
  const events = keepEventsComing(domain).catch(() => undefined);
  const calls = keepCalling(() => connection.allDomainStats()).catch(() => undefined);
  if (end === 'terminate') parentPort.postMessage('ready');
  if (end === 'exit') process.exit(0);
  if (end === 'throw') throw new Error('meant to end the worker');
  if (end === 'close') {
    await Promise.all([connection.close(), own.close()]);
    await Promise.all([events, calls]);
  }
  if (end === 'leave') {
    subscription.unref();
    await stream.stop();
    process.exit(0);
  }
}

async function run(end, uri) {
  const worker = new Worker(__filename, { workerData: { end, uri } });
  worker.on('message', () => void worker.terminate());
  worker.on('error', (error) => {
    if (!end.startsWith('throw') || error.message !== 'meant to end the worker') throw error;
  });
  await new Promise((resolve) => {
    worker.once('exit', resolve);
  });
}

async function main(count) {
  const uri = privateUri();
  const first = await connect('test:///default');
  await first.defineDomain(domainXml('marker'));
  const lanes = Array.from({ length: 4 }, async (_, lane) => {
    for (let i = lane; i < count; i += 4) await run(ENDS[i % ENDS.length], uri);
  });
  await Promise.all(lanes);
  // The main thread goes on as if nothing had happened.
  await first.listAllDomains();
  await first.close();
  await allClosed('marker');
  process.stdout.write('all ended, all closed\n');
}

if (isMainThread) void main(Number(process.argv[2]));
else void work(workerData);
