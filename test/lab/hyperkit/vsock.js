// The sockets of virtio-sock, as src/lib/pci_virtio_sock.c makes them. The guest has none: QEMU's vsock is a module of the host's
// kernel. So whoever calls meets what they meet there where nobody in the guest listens.
const { symlinkSync, unlinkSync } = require('node:fs');
const { createServer } = require('node:net');
const { join } = require('node:path');

const { Refused } = require('./refused');

const MOST_FORWARDS = 4;
const HOST_CID = 2;
/** Of a socket's address on macOS, with the zero at its end. */
const ADDRESS_BYTES = 104;
const LONGEST_NAME = '/00000000.00000000\0';
const HEXADECIMAL = 16;

/** What a device's options say. Throws Refused. */
function vsockOf(options = []) {
  const wanted = {};
  for (const option of options) {
    const [, key, value] = /^(guest_cid|path|guest_forwards)=(.*)$/.exec(option) ?? [];
    if (key === undefined) throw new Refused(`invalid option: ${option}`);
    if (key === 'guest_cid' && !(Number.parseInt(value, 10) > 0)) throw new Refused(`bad guest cid: ${option}`);
    wanted[key] = value;
  }
  if (wanted.path === undefined || wanted.guest_cid === undefined) {
    throw new Refused('guest_cid and path options are both required.');
  }
  const cid = Number.parseInt(wanted.guest_cid, 10);
  if (cid <= HOST_CID) throw new Refused(`invalid guest_cid ${digits(cid)}`);
  if (Buffer.byteLength(wanted.path) + LONGEST_NAME.length > ADDRESS_BYTES) {
    throw new Refused('virtio-sock: path too long');
  }
  return { cid, folder: wanted.path, ports: portsOf(wanted.guest_forwards) };
}

function portsOf(text) {
  const ports = text?.split(';') ?? [];
  for (const port of ports) {
    if (!/^\d+$/.test(port)) throw new Refused(`failed to parse forward "${port}": Invalid argument`);
    if (Number(port) >= 2 ** 32 - 1) throw new Refused(`invalid guest port forward ${port}`);
  }
  if (ports.length > MOST_FORWARDS) throw new Refused('Too many forwards');
  return ports.map(Number);
}

/** One for calls of the guest's, and one for each port, which has an easier name besides. */
function openSockets({ cid, folder, ports }) {
  listen(join(folder, 'connect'));
  for (const port of ports) {
    const name = `${digits(cid)}.${digits(port)}`;
    listen(join(folder, name));
    const easier = join(folder, `guest.${digits(port)}`);
    removed(easier);
    symlinkSync(name, easier);
  }
}

/** One that was left behind is in nobody's way. Nothing takes these away at the end either. */
function listen(path) {
  removed(path);
  createServer((socket) => socket.destroy())
    .on('error', (error) => {
      process.stderr.write(`Failed to bind() unix socket: ${error.message}\n`);
      process.exit(1);
    })
    .listen(path);
}

function removed(path) {
  try {
    unlinkSync(path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

const digits = (number) => number.toString(HEXADECIMAL).padStart(8, '0');

module.exports = { vsockOf, openSockets };
