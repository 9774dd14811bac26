// What stands in the slots: hyperkit's checks of it, and what QEMU has instead.
const { createHash } = require('node:crypto');
const { existsSync, closeSync, openSync } = require('node:fs');
const { join } = require('node:path');

const { Refused } = require('./refused');
const { vsockOf } = require('./vsock');

/** The name that macOS gives to the bridge of vmnet's shared network. */
const VMNET = 'bridge100';
/** Of the device's configuration, and of a socket's address on macOS. */
const LONGEST_TAG = 256;
const LONGEST_PATH = 103;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** In the order in which hyperkit makes them. Throws Refused. */
function devicesOf(settings, nextFd) {
  const arguments_ = [];
  const links = [];
  const shares = [];
  const vsocks = [];
  const inOrder = settings.slots.toSorted((a, b) => a.bus - b.bus || a.slot - b.slot || a.func - b.func);
  for (const slot of inOrder) {
    if (slot.bus !== 0) throw new Refused('This stand-in has one PCI bus');
    const device = MAKERS[slot.device]?.(slot, settings, nextFd + links.length);
    if (!device) throw new Refused(`This stand-in has no device ${slot.device}`);
    arguments_.push(...device.arguments);
    if (device.link) links.push(device.link);
    if (device.share) shares.push(device.share);
    if (device.vsock) vsocks.push(device.vsock);
  }
  return { arguments: arguments_, links, shares, vsocks };
}

const placeOf = ({ slot, func }, slots) => {
  const shared = slots.filter((other) => other.slot === slot).length > 1;
  return `addr=0x${slot.toString(16)}.${func}${shared ? ',multifunction=on' : ''}`;
};
const idOf = ({ slot, func }) => `s${slot}f${func}`;

/** The options behind a file's name, of which `format=qcow` needs a hyperkit that was built with it. */
function driveOf(slot, isCd) {
  if (!slot.options?.[0]) {
    throw new Refused(isCd ? 'pci_ahci: backing device required' : 'virtio-block: backing device required');
  }
  const [path, ...options] = slot.options;
  let format = 'raw';
  let readOnly = isCd;
  for (const option of options) {
    if (option === 'format=qcow') format = 'qcow2';
    else if (option === 'ro') readOnly = true;
    else if (option === 'nocache') throw new Refused('xhyve: nocache support unimplemented: Undefined error: 0');
    else if (
      !['sync', 'direct'].includes(option) &&
      !/^(sectorsize=\d+(\/\d+)?|qcow(-stats)?-config=.*)$/.test(option)
    ) {
      throw new Refused(`Invalid device option "${option}"`);
    }
  }
  try {
    closeSync(openSync(path, readOnly ? 'r' : 'r+'));
  } catch (error) {
    if (error.code === 'EACCES') readOnly = true;
    else throw new Refused('Could not open backing file: No such file or directory');
  }
  const media = isCd ? ',media=cdrom' : '';
  return `if=none,id=${idOf(slot)},file=${path},format=${format},readonly=${readOnly ? 'on' : 'off'}${media}`;
}

function disk(slot, { slots }) {
  const device = `virtio-blk-pci,drive=${idOf(slot)},${placeOf(slot, slots)}`;
  return { arguments: ['-drive', driveOf(slot, false), '-device', device] };
}

const onAhci =
  (kind) =>
  (slot, { slots }) => {
    const bus = `a${slot.slot}f${slot.func}`;
    const controller = `ich9-ahci,id=${bus},${placeOf(slot, slots)}`;
    const device = `${kind},bus=${bus}.0,drive=${idOf(slot)}`;
    return { arguments: ['-drive', driveOf(slot, kind === 'ide-cd'), '-device', controller, '-device', device] };
  };

/** vmnet: root's alone, with a MAC that follows from the UUID. */
function shared(slot, { slots, uuid, printsMac }) {
  if (uuid !== undefined && !UUID.test(uuid)) throw new Refused('');
  const given = /^mac=(.*)$/.exec(slot.options?.[1] ?? '')?.[1];
  if (given !== undefined && !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(given)) {
    throw new Refused(`Invalid MAC address: ${given}`);
  }
  if (process.getuid() !== 0 || !existsSync(`/sys/class/net/${VMNET}`)) {
    throw new Refused('virtio_net: Could not create vmnet interface, permission denied or no entitlement?');
  }
  const mac = given ?? macOf(uuid);
  if (printsMac) throw new Refused(`MAC: ${mac}`, { status: 0 });
  const id = idOf(slot);
  return {
    arguments: [
      '-netdev',
      `tap,id=${id},script=${join(__dirname, 'join-vmnet')},downscript=no`,
      '-device',
      `virtio-net-pci,netdev=${id},mac=${mac},${placeOf(slot, slots)}`,
    ],
  };
}

function macOf(uuid = '') {
  const [first, ...others] = createHash('sha256').update(uuid.toLowerCase()).digest().subarray(0, 6);
  return [(first & 0xfc) | 2, ...others].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Ethernet over somebody's socket. Its MAC is known when that has answered. */
function vpnkit(slot, { slots }, fd) {
  const link = { path: '/var/tmp/com.docker.slirp.socket', uuid: '00000000-0000-0000-0000-000000000000', fd };
  for (const option of slot.options ?? []) {
    const [, key, value] = /^(path|uuid|macfile|preferred_ipv4)=(.*)$/.exec(option) ?? [];
    if (key === undefined) throw new Refused(`invalid option: ${option}`);
    if (key === 'uuid' && value.length < 36) throw new Refused('uuids need to be 36 characters long');
    link[key] = value;
  }
  const id = idOf(slot);
  const device = (mac) => ['-device', `virtio-net-pci,netdev=${id},mac=${mac},${placeOf(slot, slots)}`];
  return {
    arguments: ['-netdev', `stream,id=${id},server=off,addr.type=fd,addr.str=${fd}`],
    link: { ...link, device },
  };
}

/**
 * 9P over somebody's socket, who is called when the guest first asks for something. QEMU has nothing like it: to the guest it
 * is a serial port of the tag's name.
 */
function nine(slot, { slots }) {
  const wanted = { path: '', tag: 'plan9' };
  for (const option of slot.options ?? []) {
    const [, key, value] = /^(port|path|tag)=(.*)$/.exec(option) ?? [];
    if (key === undefined) throw new Refused(`invalid option: ${option}`);
    if (key === 'port' && !(Number.parseInt(value, 10) || 0)) throw new Refused(`bad port: ${option}`);
    wanted[key] = value;
  }
  if ((wanted.port === undefined) === (wanted.path === '')) {
    throw new Refused('Please pass *either* a port *or* a path. You must pass one, you must not pass both.');
  }
  if (wanted.port !== undefined) throw new Refused('This stand-in has no virtio-9p over TCP');
  if (Buffer.byteLength(wanted.tag) > LONGEST_TAG) throw new Refused('');
  const id = idOf(slot);
  const argumentsOn = (fd) => [
    ...['-chardev', `socket,id=${id},fd=${fd}`],
    ...['-device', `virtio-serial-pci,id=bus-${id},${placeOf(slot, slots)}`],
    ...['-device', `virtserialport,bus=bus-${id}.0,chardev=${id},name=${wanted.tag}`],
  ];
  // What is too long for a socket's address is cut off.
  return { arguments: [], share: { path: wanted.path.slice(0, LONGEST_PATH), tag: wanted.tag, argumentsOn } };
}

/** Sockets of the host; to the guest there is nothing. */
const vsock = ({ options }) => ({ arguments: [], vsock: vsockOf(options) });

const nothing = () => ({ arguments: [] });
const MAKERS = {
  hostbridge: nothing,
  amd_hostbridge: nothing,
  lpc: nothing,
  'virtio-blk': disk,
  'ahci-hd': onAhci('ide-hd'),
  'ahci-cd': onAhci('ide-cd'),
  'virtio-net': shared,
  'virtio-vpnkit': vpnkit,
  'virtio-sock': vsock,
  'virtio-9p': nine,
  'virtio-rnd': (slot, { slots }) => ({ arguments: ['-device', `virtio-rng-pci,${placeOf(slot, slots)}`] }),
};

module.exports = { devicesOf };
