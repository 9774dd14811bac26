// The 9P of virtio-9p, as src/lib/pci_virtio_9p.c carries it, and QEMU's serial port on the other side.
const { createConnection } = require('node:net');
const { setTimeout: delay } = require('node:timers/promises');

const ATTEMPTS = 200;
const RETRY_MS = 50;
const LOST = 1;

/** Whoever serves is called when the guest begins to talk. When it hangs up hyperkit ends, and its guest with it. */
function carry({ path }, guest) {
  guest.on('error', (error) => process.stderr.write(`virtio-9p: ${error.message}\n`));
  guest.once('readable', () => void join(path, guest));
}

async function join(path, guest) {
  const server = await call(path);
  if (!server) {
    // The device won't work.
    process.stderr.write(`virtio-9p: failed to connect to path ${path}\n`);
    return;
  }
  const lost = () => {
    process.stderr.write('virtio-9p: unexpected EOF reading -- did the 9P server crash?\n');
    process.exit(LOST);
  };
  server.on('error', lost).on('end', lost);
  guest.pipe(server, { end: false });
  server.pipe(guest);
}

async function call(path) {
  for (let attempt = 0; attempt < ATTEMPTS; ++attempt) {
    const socket = createConnection(path);
    const isConnected = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    if (isConnected) return socket;
    await delay(RETRY_MS);
  }
  return undefined;
}

module.exports = { carry };
