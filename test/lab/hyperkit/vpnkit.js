// The Ethernet of virtio-vpnkit, as src/lib/pci_virtio_net_vpnkit.c speaks it, and QEMU's on the other side.
const { createConnection } = require('node:net');
const { setTimeout: delay } = require('node:timers/promises');

const { Refused } = require('./refused');

const MAGIC = 'VMN3T';
const INIT_BYTES = 49;
const VERSION = 22;
const ETHERNET = 1;
const PREFERRED_IPV4 = 8;
/** A command and an answer are as long as the longest of their kind. */
const COMMAND_BYTES = 41;
const RESPONSE_BYTES = 258;
const VIF = 1;
const RETRY_MS = 100;

/** Tries until somebody answers, as hyperkit does. */
async function connect({ path, uuid, preferred_ipv4: preferred }) {
  for (;;) {
    const socket = createConnection(path);
    try {
      return { socket, mac: await greet(socket, uuid, preferred) };
    } catch (error) {
      socket.destroy();
      if (error instanceof Refused) process.stderr.write(`${error.message}\n`);
      await delay(RETRY_MS);
    }
  }
}

async function greet(socket, uuid, preferred) {
  const init = Buffer.alloc(INIT_BYTES, '0');
  init.write(MAGIC);
  init.writeUInt32LE(VERSION, MAGIC.length);
  socket.write(init);
  const reply = await read(socket, INIT_BYTES);
  if (!reply.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) {
    throw new Refused('virtio-net-vpnkit: bad init magic');
  }
  const command = Buffer.alloc(COMMAND_BYTES);
  command[0] = preferred === undefined ? ETHERNET : PREFERRED_IPV4;
  command.write(uuid, 1, 36);
  if (preferred !== undefined) command.set(preferred.split('.').map(Number).reverse(), 37);
  socket.write(command);
  const response = await read(socket, RESPONSE_BYTES);
  if (response[0] !== VIF) {
    throw new Refused(`virtio-net-vpnkit: server disconnected: ${response.toString('utf8', 2, 2 + response[1])}`);
  }
  return [...response.subarray(5, 11)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function read(socket, bytes) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const chunk = socket.read(bytes);
      if (chunk === null) return;
      done();
      if (chunk.length === bytes) resolve(chunk);
      else reject(new Error('it hung up'));
    };
    const failed = (error) => {
      done();
      reject(error ?? new Error('it hung up'));
    };
    const done = () => socket.off('readable', look).off('error', failed).off('close', failed);
    socket.on('readable', look).on('error', failed).on('close', failed);
    look();
  });
}

/** Frames go both ways, each behind its length: two bytes there, four at QEMU's. */
function relay(socket, qemu) {
  frames(
    socket,
    2,
    (header) => header.readUInt16LE(),
    (frame) => {
      const header = Buffer.alloc(4);
      header.writeUInt32BE(frame.length);
      qemu.write(Buffer.concat([header, frame]));
    },
  );
  frames(
    qemu,
    4,
    (header) => header.readUInt32BE(),
    (frame) => {
      const header = Buffer.alloc(2);
      header.writeUInt16LE(frame.length);
      socket.write(Buffer.concat([header, frame]));
    },
  );
  // Its end is seen to by who started the guest.
  socket.on('error', (error) => process.stderr.write(`virtio-net-vpnkit: ${error.message}\n`));
  qemu.on('error', (error) => process.stderr.write(`virtio-net-vpnkit: ${error.message}\n`));
}

function frames(stream, headerBytes, lengthOf, tell) {
  let length;
  const look = () => {
    for (;;) {
      const chunk = stream.read(length ?? headerBytes);
      if (chunk === null) return;
      if (length === undefined) length = lengthOf(chunk);
      else {
        length = undefined;
        tell(chunk);
      }
    }
  };
  stream.on('readable', look);
  look();
}

module.exports = { connect, relay };
