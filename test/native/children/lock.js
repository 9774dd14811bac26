// Locks, as other processes, threads and careless programs hold them. Each way says "held" once it holds the lock.
const { spawn } = require('node:child_process');
const { setImmediate: turn } = require('node:timers/promises');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

const { lockFile } = require('../../../dist/native/hyperkit');

const take = (path, waitMs = 0) => lockFile(path, { description: 'It', waitMs });
const say = (line) => process.stdout.write(`${line}\n`);

const WAYS = {
  /** Until it is killed. */
  async hold(path) {
    await take(path);
    say('held');
    process.stdin.resume();
  },

  /** Ends with the lock held. */
  async exit(path) {
    await take(path);
    say('held');
    process.exit(0);
  },

  async refused(path) {
    const error = await take(path).catch((reason) => reason);
    say(`${error.name} ${error.code} ${error.message} | ${error.hint}`);
  },

  /** The lock is let go while children that were started under it live. */
  async children(path) {
    const lock = await take(path);
    const children = Array.from({ length: 5 }, () => spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] }));
    lock.release();
    const again = await take(path);
    say('held');
    again.release();
    for (const child of children) child.stdin.end();
  },

  async garbage(path) {
    await (async () => {
      await take(path);
    })();
    const collecting = setInterval(() => globalThis.gc(), 10);
    await turn();
    await take(path, 20_000);
    clearInterval(collecting);
    say('held');
  },

  /** Workers that end with the lock held, in every way, and in the middle of taking it. */
  async workers(path) {
    for (const end of ['terminate', 'exit', 'throw', 'leave', 'taking']) {
      const worker = new Worker(__filename, { workerData: { path, end } });
      worker.on('error', (error) => {
        if (error.message !== 'meant to end the worker') throw error;
      });
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.on('message', async () => {
        const error = await take(path).catch((reason) => reason);
        if (error.code !== 'ERR_LOCKED') say(`while a worker held it: ${error.code}`);
        // Not before: it would hold nothing any more when it is asked.
        if (end === 'terminate') await worker.terminate();
        else worker.postMessage('end');
      });
      await ended;
      (await take(path, 20_000)).release();
    }
    say('held');
  },
};

async function work({ path, end }) {
  if (end === 'taking') {
    void take(path);
    process.exit(0);
  }
  globalThis.lock = await take(path);
  const told = new Promise((resolve) => parentPort.once('message', resolve));
  parentPort.postMessage('held');
  await told;
  if (end === 'exit') process.exit(0);
  if (end === 'throw') throw new Error('meant to end the worker');
}

if (!isMainThread) void work(workerData);
else void WAYS[process.argv[2]](process.argv[3]);
