// Uses a connection to a daemon when the system gives this process no more threads. argv: the URI.
const { execFileSync } = require('node:child_process');
const { readdirSync } = require('node:fs');
const { setTimeout: pause } = require('node:timers/promises');

const { connect } = require('../../native/children/hvkit');

const NOBODY = 65_534;

function threads() {
  return readdirSync('/proc/self/task').length;
}

async function outcome(promise) {
  return promise.then(
    () => 'done',
    (error) => error.code,
  );
}

async function main() {
  const [uri] = process.argv.slice(2);
  // The one that runs libvirt's event loop stays.
  const before = threads() + 1;
  const connection = await connect(uri);
  const subscription = await connection.on('domain.lifecycle', () => undefined);
  while (threads() > before) await pause(50);

  // The limit is not for root, as whom the lab's tests run.
  process.setuid(NOBODY);
  execFileSync('prlimit', ['--pid', String(process.pid), '--nproc=0:0']);
  const outcomes = {
    open: await outcome(connect(uri)),
    call: await outcome(connection.hostname()),
    listen: await outcome(connection.on('domain.reboot', () => undefined)),
    stop: await outcome(subscription.stop()),
    close: await outcome(connection.close()),
  };
  process.stdout.write(JSON.stringify(outcomes));
}

void main();
