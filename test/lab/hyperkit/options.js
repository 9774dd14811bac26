// hyperkit's arguments, as its main() reads them: src/hyperkit.c and src/lib/pci_emul.c of moby/hyperkit.
const { Refused } = require('./refused');

const OPTIONS = 'behvuwxMACHPWY:f:F:g:c:s:m:l:U:';
const USAGE = 64; // EX_USAGE of sysexits(3)
const MB = 2n ** 20n;
const UNITS = { e: 60n, p: 50n, t: 40n, g: 30n, m: 20n, k: 10n, b: 0n };
const MOST = 2n ** 64n;
const BUSES = 256;
const SLOTS = 32;
const FUNCTIONS = 8;
const DEVICES = [
  'ahci-hd',
  'ahci-cd',
  'dummy',
  'amd_hostbridge',
  'hostbridge',
  'lpc',
  'uart',
  'virtio-9p',
  'virtio-blk',
  'virtio-tap',
  'virtio-net',
  'virtio-vpnkit',
  'virtio-rnd',
  'virtio-sock',
];
const PORTS = ['com1', 'com2'];

const usage = () =>
  new Refused('Usage: hyperkit [-behuwxMACHPWY] [-c vcpus] [-F <pidfile>] [-g <gdb port>] [-l <lpc>]');

/** getopt(3): letters may stand together, and a value in the same word or in the next. */
function* letters(args) {
  for (let index = 0; index < args.length; ++index) {
    const word = args[index];
    if (word === '--' || word === '-' || !word.startsWith('-')) return; // the rest is no option, and nobody reads it
    for (let at = 1; at < word.length; ++at) {
      const letter = word[at];
      const known = letter === ':' ? -1 : OPTIONS.indexOf(letter);
      if (known === -1) throw new Refused(`hyperkit: illegal option -- ${letter}\n${usage().message}`);
      if (OPTIONS[known + 1] !== ':') {
        yield [letter];
        continue;
      }
      const value = word.slice(at + 1) || args[++index];
      if (value === undefined) {
        throw new Refused(`hyperkit: option requires an argument -- ${letter}\n${usage().message}`);
      }
      yield [letter, value];
      break;
    }
  }
}

function parse(args) {
  const settings = { processors: 1, memory: 256n * MB, slots: [], ports: {}, printsMac: false };
  const take = {
    c: (value) => (settings.processors = Number.parseInt(value, 10) || 0),
    f: (value) => (settings.firmware = firmwareOf(value)),
    F: (value) => (settings.pidfile = value),
    l: (value) => Object.assign(settings.ports, portOf(value)),
    s: (value) => addSlot(settings.slots, value),
    m: (value) => (settings.memory = bytesOf(value)),
    M: () => (settings.printsMac = true),
    U: (value) => (settings.uuid = value),
    v: () => {
      throw new Refused('hyperkit: a stand-in', { status: 0 });
    },
    h: () => {
      throw new Refused(usage().message, { status: 0 });
    },
  };
  for (const [letter, value] of letters(args)) take[letter]?.(value);
  if (!settings.firmware) throw usage();
  if (settings.processors < 1) throw new Refused(`Invalid guest vCPUs (${settings.processors})`);
  if (settings.processors > 64) throw new Refused(`${settings.processors} vCPUs requested but only 64 available`);
  return settings;
}

/** parse_memsize: a bare number below a million is of MB. */
function bytesOf(text) {
  const wrong = () => new Refused(`hyperkit: invalid memsize '${text}'`, { status: USAGE });
  const match = /^\s*(0x[0-9a-f]+|\d*)([a-z]?)/i.exec(text);
  if (text === '') throw wrong();
  const number = BigInt(match[1] || 0);
  if (match[0] === text && match[2] === '') return number < MB ? number * MB : number;
  const shift = UNITS[match[2].toLowerCase()];
  if (shift === undefined || number << shift >= MOST) throw wrong();
  return number << shift;
}

function firmwareOf(text) {
  const [kind, first, second, ...rest] = text.split(',');
  const third = rest.join(',');
  const known = ['kexec', 'fbsd', 'bootrom', 'multiboot'].find((name) => kind.startsWith(name));
  if (!known || !first) throw new Refused('Invalid firmware argument');
  if (known === 'kexec') return { kernel: first, initrd: second || undefined, cmdline: third || 'auto' };
  if (known === 'bootrom') return { rom: first };
  throw new Refused(`This stand-in has no firmware ${known}`);
}

function portOf(text) {
  const [name, ...backends] = text.split(',');
  const known = PORTS.find((port) => port === name.toLowerCase());
  if (!known) throw new Refused(`hyperkit: invalid lpc device configuration '${text}'`, { status: USAGE });
  return { [known]: backends.length > 0 ? backends : undefined };
}

function addSlot(slots, text) {
  const wrong = () => new Refused(`Invalid PCI slot info field "${text}"`);
  const [place, device, ...rest] = text.split(',');
  if (device === undefined) throw wrong();
  // As sscanf("%d:%d:%d") reads it: numbers in front, and what follows them is not looked at.
  const three = /^\s*(\d+):\s*(\d+):\s*(\d+)/.exec(place);
  const two = /^\s*(\d+):\s*(\d+)/.exec(place);
  const one = /^\s*(\d+)/.exec(place);
  const [bus, slot, func] = three?.slice(1) ?? (two ? [0, two[1], two[2]] : [0, one?.[1] ?? -1, 0]);
  const where = { bus: Number(bus), slot: Number(slot), func: Number(func) };
  if (where.bus >= BUSES || where.slot < 0 || where.slot >= SLOTS || where.func >= FUNCTIONS) throw wrong();
  if (slots.some((other) => other.bus === where.bus && other.slot === where.slot && other.func === where.func)) {
    throw new Refused(`pci slot ${where.slot}:${where.func} already occupied!`);
  }
  if (!DEVICES.includes(device)) {
    throw new Refused(`pci slot ${where.slot}:${where.func}: unknown device "${device}"`);
  }
  slots.push({ ...where, device, options: rest.length > 0 ? rest : undefined });
}

module.exports = { parse };
