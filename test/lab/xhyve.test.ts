import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { Hvkit, type CreateRequest, type Machine, type Progress, type StartOptions } from '../../src';
import { isAlive, signalProcess, watchProcess, type ProcessIdentity } from '../../src/native/hyperkit';
import { readLeases } from '../../src/native/vmnet';
import { readUntil } from './machine';
import { xhyveFrame } from './xhyve-frame';
import { HYPERKIT } from './xhyve-place';

const A_LIFE = 240_000;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

const { place, hv } = xhyveFrame();
const image = place.image('micro');
const silent = place.image('silent', { init: 'none' });
const disk = place.disk();
const besideDisk = place.image('beside', { init: 'cloud-init' });
symlinkSync(disk, join(besideDisk, 'disk.raw'));
const nobodys = place.nobodysFolder('shared');

const create = (request: Partial<CreateRequest> = {}, options: StartOptions = {}): Promise<Machine> =>
  hv.create({ name: 'dev', cpus: 1, memory: 256, disk: '64M', image, ...request }, options);

/** Without a connection that would wait for the rest of an answer. */
async function soon(machine: Machine, line: string): Promise<void> {
  await said(machine, 'sudo', 'sh', '-c', `(sleep 1; ${line}) </dev/null >/dev/null 2>&1 &`);
}

const macOf = ({ plan }: Machine): string => (plan as { mac: string }).mac;

function argumentsOf({ pid }: ProcessIdentity): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
}

/** As vpnkit answers, to anybody who asks for an interface; nothing is at its other end. */
async function serveEthernet(path: string, mac: string): Promise<AsyncDisposable & { asked: string[] }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    let heard = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      const before = heard.length;
      heard = Buffer.concat([heard, chunk]);
      if (before < 49 && heard.length >= 49) socket.write(heard.subarray(0, 49));
      if (before >= 90 || heard.length < 90) return;
      asked.push(heard.toString('latin1', 50, 86));
      const vif = Buffer.alloc(258);
      vif.set([1, 0xdc, 5, 0xdc, 5, ...mac.split(':').map((octet) => Number.parseInt(octet, 16))]);
      socket.write(vif);
    });
  }).listen(path);
  await once(server, 'listening');
  return {
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Kills it, and waits for its end. */
async function gone(identity: ProcessIdentity | undefined): Promise<void> {
  if (!identity) return;
  using watched = await watchProcess(identity);
  await signalProcess(identity, 'SIGKILL');
  await watched.exit();
}

/** Somebody is there, and has nobody to pass the call on to. */
async function hungUpOn(path: string): Promise<void> {
  const socket = createConnection(path).resume();
  await once(socket, 'end');
  socket.destroy();
}

const said = async (machine: Machine, command: string, ...args: string[]): Promise<string> =>
  (await machine.exec(command, args)).stdout.trim();

test(
  'the life of a machine, and nothing of it left at the end',
  async () => {
    const watching = new AbortController();
    const events = hv.events({ signal: watching.signal })[Symbol.asyncIterator]();
    const machine = await create({ options: { qcow2: true } });
    expect(await machine.state()).toBe('Running');
    expect(await said(machine, 'hostname')).toBe('dev');
    const ip = await machine.ip();
    const { mac } = machine.plan;
    expect((await readLeases({ path: place.vmnet.leases })).leases).toMatchObject([{ address: ip, mac }]);
    expect(await said(machine, 'cat', '/sys/class/net/eth0/address')).toBe(mac);

    await machine.pause();
    expect(await machine.state()).toBe('Paused');
    await machine.resume();
    expect(await said(machine, 'echo', 'awake')).toBe('awake');

    const console = await machine.console();
    console.write('\n');
    await readUntil(console, 'dev');
    console.destroy();
    const logs = await machine.logs();
    expect(Buffer.concat((await logs.toArray()) as Buffer[]).toString()).toContain('hvkit: ready');

    // Its own reset, while no hvkit looks after it.
    const first = await place.processOf(machine);
    const boot = await said(machine, 'cat', BOOT_ID);
    const keeper = await place.processOf(machine, 'keeper.pid');
    const ended = (await watchProcess(first)).exit();
    await soon(machine, 'reboot');
    await ended;
    await hv.machine('dev').then((found) => found.start());
    expect(await said(machine, 'cat', BOOT_ID)).not.toBe(boot);
    expect(await place.processOf(machine)).not.toEqual(first);
    expect(await place.processOf(machine, 'keeper.pid')).toEqual(keeper);
    expect(await machine.ip()).toBe(ip);

    // An end that is no reset, told apart by those who watch.
    await soon(machine, `echo triple >/sys/kernel/reboot/type; echo b >/proc/sysrq-trigger`);
    const details: string[] = [];
    while (details.at(-1)?.startsWith('Stopped') !== true) {
      const next = await events.next();
      if (next.done === true) throw new Error('the events ended');
      if (next.value.event === 'state') details.push(`${next.value.state}: ${next.value.detail}`);
    }
    watching.abort();
    expect(details.at(-1)).toBe('Stopped: crashed by a triple fault');
    expect(await isAlive(keeper)).toBe(false);

    expect(await hv.doctor()).toEqual([]);
    await machine.remove();
    expect((await readLeases({ path: place.vmnet.leases })).leases).toEqual([]);
    expect(readdirSync(join(hv.home, 'machines'))).toEqual([]);
  },
  A_LIFE,
);

test(
  'what a killed process leaves is known for what it is',
  async () => {
    // Of such a guest nobody expects an answer.
    const machine = await create({ image: silent });
    const run = place.runFolder(machine);
    const [vm, keeper] = [await place.processOf(machine), await place.processOf(machine, 'keeper.pid')];

    // Its parent is gone: it runs all the same, and ends by the power button or the plug.
    await gone(keeper);
    expect(await machine.state()).toBe('Running');
    await machine.kill();
    expect(await isAlive(vm)).toBe(false);
    expect(await machine.state()).toBe('Stopped');

    // A pidfile that is left over, with a pid that is somebody else's by now.
    expect(readdirSync(run)).toContain('hyperkit.pid');
    for (const file of ['hyperkit.pid', 'keeper.pid']) writeFileSync(join(run, file), String(process.pid));
    expect(await machine.state()).toBe('Stopped');
    await machine.start();
    expect(await machine.state()).toBe('Running');

    // hyperkit is killed: it is off at once.
    await gone(await place.processOf(machine));
    await gone(await place.processOf(machine, 'keeper.pid').catch(() => undefined));
    expect(await machine.state()).toBe('Stopped');

    // The machine's file without what it runs in.
    rmSync(run, { recursive: true });
    await expect(machine.state()).rejects.toMatchObject({ code: 'ERR_XHYVE_GONE' });
    expect(await hv.doctor()).toMatchObject([{ kind: 'missing', resource: 'process', machine: 'dev' }]);
    expect(await hv.repair()).toMatchObject([{ mended: true }]);
    await machine.start();

    // What runs without the machine's file, and its lease.
    const left = await place.processOf(machine);
    const lease = `{\n\tname=dev\n\tip_address=192.168.64.9\n\thw_address=1,${macOf(machine)}\n\tlease=0x7fffffff\n}\n`;
    appendFileSync(place.vmnet.leases, lease);
    expect(await hv.leases.list()).toMatchObject([{ address: '192.168.64.9', machine: 'dev' }]);
    rmSync(machine.folder, { recursive: true });
    expect(await hv.leases.prune({ dryRun: true })).toMatchObject([{ address: '192.168.64.9' }]);
    expect((await hv.doctor()).map(({ message }) => message)).toEqual([
      `The hyperkit process ${left.pid} of a machine "dev" was made from this home, and belongs to no machine`,
    ]);
    expect(await hv.repair()).toMatchObject([{ kind: 'orphan', mended: true }]);
    expect(await isAlive(left)).toBe(false);
    expect((await readLeases({ path: place.vmnet.leases })).leases).toEqual([]);
  },
  A_LIFE,
);

test('a machine is the same by every path that its home has', async () => {
  const machine = await create({ image: silent });
  const link = join(place.folder, 'link');
  symlinkSync(hv.home, link);
  await using other = new Hvkit({ home: link, drivers: [place.driver] });
  const same = await other.machine('dev');
  expect(await same.state()).toBe('Running');
  await same.pause();
  expect(await machine.state()).toBe('Paused');
  await same.kill();
  await same.start();
  expect(await machine.state()).toBe('Running');
  expect(await other.doctor()).toEqual([]);
  await same.remove();
});

test.each([
  ['exit 1', 'ERR_HYPERVISOR_START', 'exited with status 1'],
  ['exit 3', 'ERR_GUEST_FAILED', 'triple fault'],
  ['echo "hv_vm_create unknown error 0xfae94007"; exit 1', 'ERR_HYPERVISOR_ENTITLEMENT', 'may not use'],
  ['sleep 1000', 'ERR_NOT_READY', 'the hypervisor did not start it'],
])('a hyperkit that does not come up (%s) is told apart, and nothing of it stays', async (what, code, words) => {
  const hyperkit = join(place.folder, 'hyperkit');
  writeFileSync(hyperkit, `#!/bin/sh\n[ "$1" != -M ] || exec ${HYPERKIT} "$@"\n${what}\n`, { mode: 0o755 });
  await expect(create({ options: { hyperkit } }, { timeoutMs: 3000 })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words) as string,
  });
  expect(await hv.list()).toEqual([]);
});

test(
  'a machine that ends while it is waited for is told at once, and taken back',
  async () => {
    const failed = create({ options: { bootCmd: 'init=/none rdinit=/none panic=-1' } });
    await expect(failed).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(MACHINE_DIED|GUEST_FAILED)$/) as string,
    });
    expect(await hv.list()).toEqual([]);
    expect(readdirSync(join(hv.home, 'machines'))).toEqual([]);
  },
  A_LIFE,
);

test('each of its options reaches hyperkit', async () => {
  const disks = ['raw', 'qcow2'].map((format) => {
    const path = join(place.folder, `more.${format}`);
    execFileSync('qemu-img', ['create', '-q', '-f', format, path, '8M']);
    return path;
  });
  const uuid = '0f4b4d6f-6d37-4ca7-91e9-4fd0cc2a6a11';
  const machine = await create({
    image: silent,
    options: {
      hyperkit: HYPERKIT,
      cpuCount: 2,
      memorySize: 192,
      diskSize: 32,
      rawdisk: true,
      bootKernel: join(image, 'packed-kernel'),
      bootInitrd: join(image, 'initrd'),
      bootCmd: 'quiet one,two',
      disks: disks.join(','),
      vsockPorts: '2376,1024',
      uuid,
    },
  });
  const run = place.runFolder(machine);
  const told = argumentsOf(await place.processOf(machine)).join(' ');
  for (const words of [
    `-c 2 -m 192M -U ${uuid} `,
    `-s 1:0,virtio-blk,${machine.folder}/disk.raw `,
    `-s 5:0,virtio-blk,${disks[0]!} -s 5:1,virtio-blk,${disks[1]!},format=qcow `,
    `-s 11,virtio-sock,guest_cid=3,path=${run},guest_forwards=2376;1024 `,
    `-f kexec,${machine.folder}/kernel,${machine.folder}/initrd,console=ttyS0 quiet one,two`,
  ]) {
    expect(`${told} `).toContain(words);
  }
  expect(statSync(join(machine.folder, 'disk.raw')).size).toBe(32 * 2 ** 20);
  await expect(create({ name: 'twin', image: silent, options: { uuid } })).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: `The machine "dev" has this UUID, and with it the MAC ${macOf(machine)}`,
  });

  // The ports are sockets of this host, also after an end that left them behind.
  for (const port of ['guest.00000948', 'guest.00000400']) await hungUpOn(join(run, port));
  await gone(await place.processOf(machine));
  await gone(await place.processOf(machine, 'keeper.pid').catch(() => undefined));
  await expect(hungUpOn(join(run, 'guest.00000400'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await machine.start();
  await hungUpOn(join(run, 'guest.00000400'));
  await machine.remove();
  // They are the user's.
  expect(disks.every((path) => existsSync(path))).toBe(true);
});

test('a kernel that hyperkit would not start is refused before anything is made', async () => {
  await expect(create({ options: { bootKernel: join(image, 'kernel') } })).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: expect.stringContaining(`The kernel ${join(image, 'kernel')} is not a bzImage`) as string,
  });
  await expect(create({ options: { bootKernel: '/none' } })).rejects.toMatchObject({ code: 'ERR_PRECREATE' });
});

test('a network that somebody else serves, over a socket as of vpnkit', async () => {
  const path = join(place.folder, 'ethernet');
  const mac = '52:54:00:0a:0b:0c';
  await using server = await serveEthernet(path, mac);
  const machine = await create({ image: silent, options: { vpnkitSocket: path } });
  expect(macOf(machine)).toBe(mac);
  expect(argumentsOf(await place.processOf(machine))).toContain(`2:0,virtio-vpnkit,path=${path},uuid=${machine.uuid}`);
  // Before it was made, and as it was started.
  expect(server.asked).toEqual([machine.uuid, machine.uuid]);
  await machine.remove();
  await expect(create({ image: silent, options: { vpnkitSocket: '/none' } })).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: expect.stringContaining('No network is had from /none') as string,
  });
});

test.each<[string, Partial<CreateRequest>, string]>([
  ['a firmware', { image: disk, options: { bootrom: '/usr/share/seabios/bios-256k.bin' } }, '-f bootrom,'],
  ['a kernel beside it', { image: besideDisk }, '-f kexec,'],
])('%s starts what is on a disk, which is a copy of the image', async (_, request, start) => {
  const over = new AbortController();
  let told: Promise<string> | undefined;
  const onProgress = ({ stage }: Progress): void => {
    if (stage !== 'ready') return;
    told ??= hv.machine('dev').then(async (machine) => {
      const words = argumentsOf(await place.processOf(machine)).join(' ');
      expect(words).toContain(`${start}${machine.folder}/`);
      return readFileSync(join(machine.folder, 'disk.raw'), 'latin1');
    });
    void told.finally(() => {
      over.abort();
    });
  };
  const made = create({ ...request, disk: '64M' }, { onProgress, signal: over.signal });
  await expect(made).rejects.toMatchObject({ code: 'ABORT_ERR' });
  const copied = await told;
  expect([copied?.slice(3, 11), copied?.length]).toEqual(['a loader', 64 * 2 ** 20]);
});

test.each([
  [{ options: { hyperkit: '/none/hyperkit' } }, 'There is no program /none/hyperkit'],
  [{ options: { qcow2: true, rawdisk: true } }, 'A disk is qcow2 or raw, and not both'],
  [{ network: 'user' }, 'has one network'],
  [{ publish: ['80:80'] }, "cannot publish a guest's ports"],
  [{ shares: [`${nobodys}:/mnt`], image: silent }, 'Nobody in the guest of'],
  [
    { shares: Array.from({ length: 9 }, (_, index) => `${nobodys}:/mnt/${index}`) },
    'up to 8 shared folders, and not 9',
  ],
  [{ shares: ['/tmp:/mnt'] }, '/tmp belongs to root, and nothing is shared as root'],
  [{ options: { experimentalNfsShare: '/Users/me' } }, 'Folders are shared by --share here'],
  [{ options: { address: '192.168.64.5' } }, "is in vmnet's shared network 192.168.64.0/24"],
  [{ options: { address: '192.168.70.5' } }, "would be kept by hvkit's helper, which is not installed"],
  [{ options: { disks: '/none/disk' } }, 'The disk /none/disk cannot be read'],
  [{ options: { disks: '/tmp' } }, 'The disk /tmp is neither a file nor a device'],
  [{ options: { disks: `${disk},${besideDisk}/disk.raw` } }, 'are one file, and no machine has a disk twice'],
  [{ image: disk }, 'boots from a disk of its own'],
  [{ options: { bootInitrd: '/none/initrd' } }, 'The initrd /none/initrd cannot be read'],
  [{ options: { bootInitrd: '/etc' } }, 'The initrd /etc is not a file'],
  [{ options: { vpnkitSocket: '/a,b' } }, 'hyperkit takes no path with a comma: /a,b'],
  [{ image: disk, options: { bootrom: '/none/rom' } }, 'The firmware /none/rom cannot be read'],
  [{ image: disk, options: { bootrom: '/dev/null' } }, 'The firmware /dev/null is not a file'],
  [{ image: disk, options: { bootrom: __filename } }, 'in pages of 4096 bytes'],
  [{ options: { vpnkitSocket: `/${'long'.repeat(26)}` } }, 'is too long for a socket'],
])('%j is refused before anything is made', async (request, words) => {
  await expect(create(request)).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: expect.stringContaining(words) as string,
  });
  expect(await hv.list()).toEqual([]);
});

test('a home with a comma in its path is refused before anything is made', async () => {
  await using other = new Hvkit({ home: join(place.folder, 'com,ma'), drivers: [place.driver] });
  await expect(other.create({ name: 'dev', image: silent })).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: expect.stringContaining('hyperkit takes no path with a comma') as string,
  });
});

test('what an option takes is said', async () => {
  for (const [options, words] of [
    // As many has hyperkit.
    [{ vsockPorts: '1,2,3,4,5' }, 'up to four numbers with commas between them are wanted'],
    [{ disks: 'relative' }, 'up to eight absolute paths with commas between them are wanted'],
    [{ disks: '/a,/b,/a' }, 'a disk is named twice'],
  ] as const) {
    await expect(create({ options })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      message: expect.stringContaining(words) as string,
    });
  }
});
