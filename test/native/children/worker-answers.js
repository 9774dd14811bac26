// Eight workers use the addon at once, each with a hypervisor of its own: no answer and no event may go astray.
const { once } = require('node:events');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

const { connect, domainXml, privateUri } = require('./hvkit');

const WORKERS = 8;
const ROUNDS = 50;

async function work(number) {
  const connection = await connect(privateUri());
  const domain = await connection.defineDomain(domainXml(`vm${number}`));
  await domain.create();
  const names = new Set();
  let events = 0;
  const subscription = await connection.on(
    'domain.lifecycle',
    (event) => {
      names.add(event.domain.name);
      events += 1;
      if (events === 2 * ROUNDS) parentPort.postMessage([...names]);
    },
    { of: domain },
  );
  for (let i = 0; i < ROUNDS; ++i) {
    await domain.suspend();
    await domain.resume();
  }
  await once(parentPort, 'message');
  await subscription.stop();
  await connection.close();
  parentPort.close();
}

async function main() {
  const told = await Promise.all(
    Array.from({ length: WORKERS }, async (_, number) => {
      const worker = new Worker(__filename, { argv: [String(number)] });
      const [names] = await once(worker, 'message');
      worker.postMessage('done');
      await once(worker, 'exit');
      return names.length === 1 && names[0] === `vm${number}`;
    }),
  );
  process.stdout.write(`${told.filter(Boolean).length} workers, each told of its own\n`);
}

if (isMainThread) void main();
else void work(process.argv[2]);
