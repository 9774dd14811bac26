const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} = require('node:fs');
const { join } = require('node:path');

const { checkRom } = require('./bootrom');
const { consoleOf } = require('./console');
const { devicesOf } = require('./devices');
const { parse } = require('./options');
const { Monitor } = require('./qmp');
const { Refused } = require('./refused');
const { carry } = require('./nine');
const { connect, relay } = require('./vpnkit');
const { openSockets } = require('./vsock');

/** What hyperkit exits with, by QEMU's reason to end. */
const TRIPLE_FAULT = 3;
const STATUS = { 'guest-shutdown': 0, 'guest-reset': 2, 'guest-panic': 3 };
const ENDED_OTHERWISE = 1;
const FIRST_FREE_FD = 3;
/** Kernels by the digest of the bzImage that they were packed in: ../guest/build-micro. */
const UNPACKED = join(__dirname, '../../../build/lab/unpacked');

function main(args) {
  run(args).catch((error) => {
    if (!(error instanceof Refused)) throw error;
    const stream = error.status === 0 ? process.stdout : process.stderr;
    if (error.message) stream.write(`${error.message}\n`);
    if (error.aborts) process.abort();
    process.exit(error.status);
  });
}

async function run(args) {
  const settings = parse(args);
  writePidfile(settings.pidfile);
  const { arguments: devices, links, shares, vsocks } = devicesOf(settings, FIRST_FREE_FD);
  vsocks.forEach(openSockets);
  const com1 = consoleOf(settings);
  const connected = [];
  for (const link of links) {
    const { socket, mac } = await connect(link);
    connected.push(socket);
    devices.push(...link.device(mac));
    process.stdout.write(`virtio-net-vpnkit: Connection established with MAC=${mac} and MTU 1500\n`);
  }
  shares.forEach(({ argumentsOn }, index) => devices.push(...argumentsOn(FIRST_FREE_FD + links.length + index)));
  const channels = { sockets: connected, shares };
  await boot(settings, [...firmware(settings.firmware), ...devices, ...com1.arguments], channels, com1);
}

/** Exclusively: one that was left behind ends this. It is left behind by whatever ends hyperkit otherwise than by exit(3). */
function writePidfile(path) {
  if (path === undefined) return;
  try {
    const file = openSync(path, 'wx', 0o644);
    writeSync(file, String(process.pid));
    closeSync(file);
  } catch {
    throw new Refused('Failed to set up pidfile\npidfile error -1');
  }
  process.on('exit', () => unlinkSync(path));
}

/** QEMU's timer ticks late on a busy host, where a kernel that counts the ticks takes it for broken, and panics. */
function kernelArguments(cmdline) {
  return `${cmdline} no_timer_check`;
}

/** Of a bzImage, which alone hyperkit starts, the kernel in it, where it is at hand: unpacking itself takes it long under QEMU. */
function kernelIn(path) {
  const image = readFileSync(path);
  const isBzImage = image.toString('latin1', 514, 518) === 'HdrS' && image.readUInt16LE(518) >= 0x20a;
  if (!isBzImage) throw new Refused(`kexec: failed to load kernel ${path}`, { aborts: true });
  const unpacked = join(UNPACKED, createHash('sha256').update(image).digest('hex'));
  return existsSync(unpacked) ? unpacked : path;
}

/** Loaded when the processor starts: hyperkit aborts if that fails. */
function firmware({ kernel, initrd, cmdline, rom }) {
  if (rom !== undefined) {
    checkRom(rom);
    return ['-bios', rom];
  }
  const files = { kernel, initrd };
  for (const [name, path] of Object.entries(files)) {
    if (path === undefined) continue;
    try {
      accessSync(path, constants.R_OK);
    } catch {
      throw new Refused(`kexec: failed to load ${name} ${path}`, { aborts: true });
    }
  }
  return [
    '-kernel',
    kernelIn(kernel),
    ...(initrd === undefined ? [] : ['-initrd', initrd]),
    '-append',
    kernelArguments(cmdline),
  ];
}

async function boot({ memory, processors, uuid }, devices, { sockets, shares }, com1) {
  const qemu = [
    'qemu-system-x86_64',
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-S'],
    ...['-machine', 'q35', '-accel', 'tcg', '-cpu', 'max'],
    // To QEMU a triple fault is a reset like any other: only its log tells them apart.
    ...['-d', 'cpu_reset'],
    ...['-m', `${memory / 2n ** 20n}M`, '-smp', String(processors)],
    ...(uuid === undefined ? [] : ['-uuid', uuid]),
    ...['-chardev', 'stdio,id=monitor,signal=off', '-mon', 'chardev=monitor,mode=control'],
    ...devices,
  ];
  // QEMU is this process, for whoever looks from outside: it dies with it, however that dies.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...qemu], {
    stdio: ['pipe', 'pipe', 'pipe', ...sockets.map(() => 'pipe'), ...shares.map(() => 'pipe')],
  });
  sockets.forEach((socket, index) => relay(socket, child.stdio[FIRST_FREE_FD + index]));
  shares.forEach((share, index) => carry(share, child.stdio[FIRST_FREE_FD + sockets.length + index]));
  let said = '';
  let reason;
  child.stderr.on('data', (chunk) => (said += chunk));
  child.on('close', () => end(reason, said));
  const monitor = new Monitor(child, ({ event, data }) => {
    if (event === 'SHUTDOWN') ({ reason } = data);
  });
  await monitor.run('qmp_capabilities');
  const terminals = await monitor.run('query-chardev');
  const terminal = terminals.find(({ label }) => label === 'com1')?.filename.replace(/^pty:/, '');
  if (terminal !== undefined) com1.opened(terminal);
  const pressButton = () => void monitor.run('system_powerdown');
  process.on('SIGTERM', pressButton);
  // As there: a guest without its network is shut down.
  for (const socket of sockets) {
    if (socket.closed) pressButton();
    else socket.once('close', pressButton);
  }
  process.on('SIGUSR1', () => {
    process.stdout.write('received sigusr1, pausing\n');
    void monitor.run('stop');
  });
  process.on('SIGUSR2', () => {
    process.stdout.write('received sigusr2, unpausing\n');
    void monitor.run('cont');
  });
  await monitor.run('cont');
}

function end(reason, said) {
  if (/Failed to get .* lock/.test(said)) {
    process.stderr.write('Could not lock backing file: Resource temporarily unavailable\n');
  } else if (reason === undefined) process.stderr.write(said);
  process.exit(said.includes('Triple fault') ? TRIPLE_FAULT : (STATUS[reason] ?? ENDED_OTHERWISE));
}

module.exports = { main };
