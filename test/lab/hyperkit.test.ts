import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { promisify } from 'node:util';

import {
  findProcess,
  signalProcess,
  startHypervisor,
  watchProcess,
  type WatchedProcess,
} from '../../src/native/hyperkit';

/** The stand-in for hyperkit is as strict as hyperkit, and its machines live and end as hyperkit's do. */
const HYPERKIT = join(__dirname, 'hyperkit', 'hyperkit');
const GUEST = process.env['HVKIT_LAB_GUEST'] ?? '';
const KEXEC = ['-f', `kexec,${GUEST}/bzImage,${GUEST}/initrd,console=ttyS0 quiet`];
const BOARD = ['-A', '-u', '-s', '0:0,hostbridge', '-s', '31,lpc'];
const UUID = '4fd0cc2a-6d37-4ca7-91e9-0f4b4d6f6a11';
const READY = 'hvkit-guest ready';
const A_BOOT = 90_000;

let folder: string;
const running: WatchedProcess[] = [];
const path = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-hyperkit-'));
});

afterEach(async () => {
  for (const machine of running.splice(0)) {
    await signalProcess(machine.identity, 'SIGKILL');
    await machine.exit();
  }
  rmSync(folder, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<WatchedProcess> {
  const machine = await startHypervisor({ file: HYPERKIT, args, log: path('log'), windowMs: 1 });
  running.push(machine);
  return machine;
}

const boot = (...args: string[]) =>
  start(
    ...BOARD,
    '-m',
    '256M',
    '-F',
    path('pid'),
    '-l',
    `com1,autopty=${path('tty')},log=${path('ring')}`,
    ...args,
    ...KEXEC,
  );

/** What it, or its guest, said. */
const said = (file: 'ring' | 'log'): string => readFileSync(path(file), 'utf8').replaceAll('\0', '');
const guestSays = (machine: WatchedProcess, words: string): Promise<void> => says(machine, 'ring', words);

/** Resolves when this has been said; rejects if the machine ends before. */
async function says(machine: WatchedProcess, file: 'ring' | 'log', words: string): Promise<void> {
  const found = new AbortController();
  const look = (): void => {
    if (existsSync(path(file)) && said(file).includes(words)) found.abort();
  };
  const watcher = watch(folder, look);
  look();
  try {
    const ended = await machine.exit(found.signal).catch(() => undefined);
    if (ended) throw new Error(`it ended: ${JSON.stringify(ended)} ${said('log')}`);
  } finally {
    watcher.close();
  }
}

/**
 * Types a line at the console. QEMU looks for somebody there once in a while: what comes earlier is lost, and so is what stands
 * unread when the terminal is closed.
 */
async function type(line: string): Promise<ReadStream> {
  const terminal = openSync(readFileSync(path('tty'), 'utf8'), constants.O_RDWR | constants.O_NOCTTY);
  const output = new ReadStream(terminal);
  output.setRawMode(true);
  const knock = setInterval(() => writeSync(terminal, '\n'), 200);
  await once(output, 'data');
  clearInterval(knock);
  writeSync(terminal, `${line}\n`);
  return output;
}

test.each([
  ['Usage: ', 1, []],
  ['illegal option -- z', 1, ['-z']],
  ['illegal option -- p', 1, ['-Ap', '0:0']],
  ['option requires an argument -- c', 1, ['-c']],
  ['Invalid guest vCPUs (0)', 1, ['-c', 'two', ...KEXEC]],
  ['65 vCPUs requested but only 64 available', 1, ['-c', '65', ...KEXEC]],
  ["invalid memsize '1024X'", 64, ['-m', '1024X', ...KEXEC]],
  ["invalid lpc device configuration 'com3,stdio'", 64, ['-l', 'com3,stdio', ...KEXEC]],
  ['Invalid PCI slot info field "5"', 1, ['-s', '5', ...KEXEC]],
  ['Invalid PCI slot info field "32,lpc"', 1, ['-s', '32,lpc', ...KEXEC]],
  ['Invalid PCI slot info field "0:0:8,lpc"', 1, ['-s', '0:0:8,lpc', ...KEXEC]],
  ['Invalid PCI slot info field "x,lpc"', 1, ['-s', 'x,lpc', ...KEXEC]],
  ['pci slot 2:0 already occupied!', 1, ['-s', '2,virtio-rnd', '-s', '0:2:0,virtio-rnd', ...KEXEC]],
  ['pci slot 2:0: unknown device "virtio-gpu"', 1, ['-s', '2:0,virtio-gpu', ...KEXEC]],
  ['Invalid firmware argument', 1, ['-f', 'kexec']],
  ['Invalid firmware argument', 1, ['-f', 'grub,/boot']],
  ['virtio-block: backing device required', 1, ['-s', '1,virtio-blk', ...KEXEC]],
  ['Invalid device option "format=vmdk"', 1, ['-s', `1,virtio-blk,${HYPERKIT},format=vmdk`, ...KEXEC]],
  ['Could not open backing file', 1, ['-s', '1,virtio-blk,/none', ...KEXEC]],
  ["Unable to initialize backend 'file=x'", 1, ['-s', '31,lpc', '-l', 'com1,file=x', ...KEXEC]],
  ['uuids need to be 36 characters long', 1, ['-s', '2,virtio-vpnkit,uuid=1', ...KEXEC]],
  ['invalid option: socket=x', 1, ['-s', '2,virtio-vpnkit,socket=x', ...KEXEC]],
  ['guest_cid and path options are both required.', 1, ['-s', '2,virtio-sock,path=/tmp', ...KEXEC]],
  ['invalid guest_cid 00000002', 1, ['-s', '2,virtio-sock,path=/tmp,guest_cid=2', ...KEXEC]],
  ['bad guest cid: guest_cid=x', 1, ['-s', '2,virtio-sock,path=/tmp,guest_cid=x', ...KEXEC]],
  ['path too long', 1, ['-s', `2,virtio-sock,path=/${'x'.repeat(85)},guest_cid=3`, ...KEXEC]],
  ['Too many forwards', 1, ['-s', '2,virtio-sock,path=/tmp,guest_cid=3,guest_forwards=1;2;3;4;5', ...KEXEC]],
  ['failed to parse forward "x"', 1, ['-s', '2,virtio-sock,path=/tmp,guest_cid=3,guest_forwards=1;x', ...KEXEC]],
  ['Error opening bootrom "/none"', 1, ['-f', 'bootrom,/none']],
  ['Invalid bootrom size 0', 1, ['-f', 'bootrom,/dev/null']],
  ['Please pass *either* a port *or* a path', 1, ['-s', '2,virtio-9p,tag=a', ...KEXEC]],
  ['Please pass *either* a port *or* a path', 1, ['-s', '2,virtio-9p,path=/a,port=1', ...KEXEC]],
  ['bad port: port=x', 1, ['-s', '2,virtio-9p,port=x', ...KEXEC]],
  ['invalid option: ro', 1, ['-s', '2,virtio-9p,path=/a,ro', ...KEXEC]],
  ['permission denied or no entitlement', 1, ['-s', '2,virtio-net', ...KEXEC]],
])('%s', (words, status, args) => {
  const { stderr, status: actual } = spawnSync(HYPERKIT, args, { encoding: 'utf8' });
  expect(stderr).toContain(words);
  expect(actual).toBe(status);
});

test('a kernel that is not a bzImage aborts it', () => {
  const { stderr, signal } = spawnSync(HYPERKIT, ['-f', 'kexec,/bin/true'], { encoding: 'utf8' });
  expect(stderr).toContain('kexec: failed to load kernel /bin/true');
  expect(signal).toBe('SIGABRT');
});

test('a kernel that cannot be read aborts it, and leaves its pidfile', () => {
  const { stderr, signal } = spawnSync(HYPERKIT, ['-F', path('pid'), '-f', 'kexec,/none'], { encoding: 'utf8' });
  expect(stderr).toContain('kexec: failed to load kernel /none');
  expect(signal).toBe('SIGABRT');
  expect(existsSync(path('pid'))).toBe(true);
});

test(
  'it boots, and the power button ends it',
  async () => {
    const machine = await boot('-c', '2', '-s', '5,virtio-rnd', '-U', UUID);
    await guestSays(machine, READY);
    expect(readFileSync(path('pid'), 'utf8')).toBe(String(machine.identity.pid));
    expect(statSync(path('ring')).size).toBe(65536);
    await signalProcess(machine.identity, 'SIGTERM');
    await expect(machine.exit()).resolves.toEqual({ code: 0, signal: null });
    expect(existsSync(path('pid'))).toBe(false);
  },
  A_BOOT,
);

test(
  'a reset of the guest ends it with status 2',
  async () => {
    const machine = await boot();
    await guestSays(machine, READY);
    const terminal = await type('reboot');
    await expect(machine.exit()).resolves.toEqual({ code: 2, signal: null });
    terminal.destroy();
  },
  A_BOOT,
);

test(
  'a paused guest does nothing until it goes on',
  async () => {
    const machine = await boot();
    await guestSays(machine, READY);
    await signalProcess(machine.identity, 'SIGUSR1');
    // Signals that come at once may change places.
    await says(machine, 'log', 'received sigusr1, pausing');
    await signalProcess(machine.identity, 'SIGTERM');
    await signalProcess(machine.identity, 'SIGUSR2');
    await expect(machine.exit()).resolves.toEqual({ code: 0, signal: null });
    const log = readFileSync(path('log'), 'utf8');
    expect(log).toMatch(/received sigusr1, pausing\n.*received sigusr2, unpausing\n/s);
  },
  A_BOOT,
);

test(
  'kill -9 takes the guest along, and leaves a pidfile that stops the next start',
  async () => {
    const machine = await boot('-U', UUID);
    await guestSays(machine, READY);
    const children = execFileSync('pgrep', ['-P', String(machine.identity.pid)], { encoding: 'utf8' });
    const qemu = await findProcess(Number(children));
    expect(qemu?.executable).toContain('qemu-system-x86_64');
    const guest = await watchProcess(qemu!);
    await signalProcess(machine.identity, 'SIGKILL');
    await guest.exit();
    await machine.exit();
    await expect(
      startHypervisor({ file: HYPERKIT, args: ['-F', path('pid'), ...KEXEC], log: path('log'), windowMs: A_BOOT }),
    ).rejects.toMatchObject({ code: 'ERR_HYPERVISOR_START', message: expect.stringContaining('pidfile') as string });
  },
  A_BOOT,
);

test(
  'a disk belongs to one machine at a time',
  async () => {
    writeFileSync(path('disk'), Buffer.alloc(1024 * 1024));
    const disk = ['-s', `1:0,virtio-blk,${path('disk')}`];
    const machine = await boot(...disk);
    await guestSays(machine, READY);
    await expect(
      startHypervisor({ file: HYPERKIT, args: [...BOARD, ...disk, ...KEXEC], log: path('log'), windowMs: A_BOOT }),
    ).rejects.toMatchObject({ code: 'ERR_HYPERVISOR_BUSY' });
  },
  A_BOOT,
);

test(
  'vmnet is the bridge of its name: a MAC for each UUID',
  async () => {
    execFileSync('ip', ['link', 'add', 'bridge100', 'type', 'bridge']);
    try {
      const macOf = async (uuid: string) => {
        const { stdout } = await promisify(execFile)(HYPERKIT, ['-M', '-U', uuid, '-s', '2:0,virtio-net', ...KEXEC]);
        return /^MAC: ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$/m.exec(stdout)?.[1];
      };
      const mac = await macOf(UUID);
      expect(mac).toBeDefined();
      await expect(macOf(UUID)).resolves.toBe(mac);
      await expect(macOf(UUID.replace('4', '5'))).resolves.not.toBe(mac);
      const machine = await boot('-U', UUID, '-s', '2:0,virtio-net');
      await guestSays(machine, READY);
      expect(execFileSync('ip', ['-o', 'link', 'show', 'master', 'bridge100'], { encoding: 'utf8' })).toMatch(
        /^\d+: tap\d+:/,
      );
    } finally {
      execFileSync('ip', ['link', 'del', 'bridge100']);
    }
  },
  A_BOOT,
);

test(
  'virtio-vpnkit: the guest has the MAC that the socket gives, and its frames come through',
  async () => {
    const server = createServer().listen(path('net'));
    await once(server, 'listening');
    const machine = await boot('-s', `2:0,virtio-vpnkit,path=${path('net')},uuid=${UUID}`);
    const [socket] = (await once(server, 'connection')) as [Socket];
    const incoming = reader(socket);
    const init = await incoming(49);
    expect(init.toString('latin1', 0, 5)).toBe('VMN3T');
    expect(init.readUInt32LE(5)).toBe(22);
    socket.write(init);
    const command = await incoming(41);
    expect([command[0], command.toString('latin1', 1, 37)]).toEqual([1, UUID]);
    const mac = Buffer.from('5254000a0b0c', 'hex');
    const vif = Buffer.alloc(258);
    vif[0] = 1;
    vif.writeUInt16LE(1500, 1);
    vif.writeUInt16LE(1500, 3);
    mac.copy(vif, 5);
    socket.write(vif);
    const frame = await incoming((await incoming(2)).readUInt16LE());
    expect(frame.subarray(6, 12)).toEqual(mac);
    expect(readFileSync(path('log'), 'utf8')).toContain('Connection established with MAC=52:54:00:0a:0b:0c');
    socket.destroy();
    server.close();
    await guestSays(machine, READY);
  },
  A_BOOT,
);

/** So many bytes of a stream, one call after the other. */
function reader(socket: Socket): (bytes: number) => Promise<Buffer> {
  return async (bytes) => {
    for (;;) {
      const chunk = socket.read(bytes) as Buffer | null;
      if (chunk) return chunk;
      await once(socket, 'readable');
    }
  };
}
