// Programs that start others and end in every way.
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

const { signalProcess, startProcess, watchProcess } = require('../../../dist/native/hyperkit');

const say = (line) => process.stdout.write(`${line}\n`);
const sleeper = (log) => startProcess({ file: '/bin/sleep', args: ['1000'], log });

const WAYS = {
  /** Its child outlives it; Node does not stay alive for a process that is watched and not waited for. */
  async leave(log) {
    say(JSON.stringify((await sleeper(log)).identity));
  },

  async exit(log) {
    const child = await sleeper(log);
    void child.exit();
    process.stdout.write(`${JSON.stringify(child.identity)}\n`, () => process.exit(0));
  },

  async killed(log) {
    const child = await sleeper(log);
    process.stdout.write(`${JSON.stringify(child.identity)}\n`, () => process.kill(process.pid, 'SIGKILL'));
  },

  /** Node stays alive for an end that is waited for, and no longer. */
  async waits(log) {
    const child = await startProcess({ file: '/bin/sh', args: ['-c', 'exit 7'], log });
    say(JSON.stringify(await child.exit()));
  },

  /** Workers that end while they watch, start, or wait; the children of all of them are reaped. */
  async workers(log) {
    const children = [];
    for (let round = 0; round < 25; ++round) {
      const end = ['terminate', 'exit', 'throw', 'leave', 'starting'][round % 5];
      const worker = new Worker(__filename, { workerData: { log, end } });
      worker.on('error', (error) => {
        if (error.message !== 'meant to end the worker') throw error;
      });
      worker.on('message', (identity) => {
        children.push(identity);
        if (end === 'terminate') void worker.terminate();
        else worker.postMessage('end');
      });
      await new Promise((resolve) => worker.once('exit', resolve));
    }
    for (const identity of children) {
      const watched = await watchProcess(identity);
      await signalProcess(identity, 'SIGKILL');
      const { signal } = await watched.exit();
      if (signal !== 'SIGKILL') say(`a child of a worker ended by ${signal}`);
    }
    say(`reaped ${children.length}`);
  },
};

async function work({ log, end }) {
  if (end === 'starting') {
    void startProcess({ file: '/bin/true', log });
    process.exit(0);
  }
  const child = await sleeper(log);
  void child.exit();
  const told = new Promise((resolve) => parentPort.once('message', resolve));
  parentPort.postMessage(child.identity);
  await told;
  if (end === 'exit') process.exit(0);
  if (end === 'throw') throw new Error('meant to end the worker');
  child.close();
}

if (!isMainThread) void work(workerData);
else void WAYS[process.argv[2]](process.argv[3]);
