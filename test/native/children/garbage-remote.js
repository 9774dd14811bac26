// Listens to a daemon for a while, forgets the connection, and waits until its socket is closed. argv: the URI.
const { readdirSync, readlinkSync } = require('node:fs');
const { setTimeout: pause } = require('node:timers/promises');

const { connect } = require('./hvkit');

function openSockets() {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch (error) {
      // The one that the folder itself was read through is gone by now.
      if (error.code === 'ENOENT') return false;
      throw error;
    }
  }).length;
}

async function listen() {
  const connection = await connect(process.argv[2]);
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  await stream.return();
  const subscription = await connection.on('domain.reboot', () => undefined);
  await subscription.stop();
  const remove = await connection.onClose(() => undefined);
  remove();
}

async function main() {
  const before = openSockets();
  await listen();
  while (openSockets() > before) {
    globalThis.gc();
    await pause(10);
  }
  process.stdout.write('closed\n');
}

void main();
