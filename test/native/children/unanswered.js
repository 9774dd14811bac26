// `auth` is asked and never answers. The process exits, or the worker that was asked is terminated.
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

const { connect } = require('./hvkit');

function open(uri, asked) {
  const auth = () => {
    setImmediate(asked);
    return new Promise(() => undefined);
  };
  void connect(uri, { auth });
}

if (isMainThread) {
  const [uri, how] = process.argv.slice(2);
  if (how === 'exit') {
    open(uri, () => process.exit(4));
  } else {
    const worker = new Worker(__filename, { workerData: uri });
    worker.once('message', async () => {
      await worker.terminate();
      process.exitCode = 4;
    });
  }
} else {
  open(workerData, () => parentPort.postMessage('asked'));
}
