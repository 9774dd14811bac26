import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StateEvent } from '../../src/drivers/driver';
import { xhyveOn } from '../../src/drivers/xhyve';
import { Hvkit, type CreateRequest, type Machine } from '../../src';
import { isAlive, signalProcess, type ProcessIdentity } from '../../src/native/hyperkit';
import { readLeases } from '../../src/native/vmnet';
import { readUntil } from './machine';
import { Vmnet } from './vmnet';

/** The guest micro. */
const MICRO = join(process.env['HVKIT_LAB_IMAGES'] ?? '', 'micro', 'x86_64-lab');
const A_LIFE = 240_000;

let top: string;
let image: string;
let vmnet: Vmnet;
let hv: Hvkit;

beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'hvkit-xhyve-'));
  const home = join(top, 'home');
  mkdirSync(home, { mode: 0o700 });
  image = join(top, 'image');
  mkdirSync(image);
  for (const file of ['kernel', 'initrd']) copyFileSync(join(MICRO, file), join(image, file));
  writeFileSync(join(image, 'image.json'), JSON.stringify({ user: 'hvkit', init: 'micro', cmdline: 'quiet' }));
  vmnet = await Vmnet.begin(top);
  const driver = xhyveOn({
    platforms: [process.platform],
    arch: 'x64',
    hyperkit: [join(__dirname, 'hyperkit', 'hyperkit')],
    leases: vmnet.leases,
  });
  hv = new Hvkit({ home, drivers: [driver], env: { ...process.env, HVKIT_TIMEOUT: '120' } });
});

afterEach(async () => {
  for (const { name } of await hv.list()) await (await hv.machine(name)).remove({ force: true });
  await hv[Symbol.asyncDispose]();
  await vmnet[Symbol.asyncDispose]();
  rmSync(top, { recursive: true, force: true });
});

const create = (request: Partial<CreateRequest> = {}): Promise<Machine> =>
  hv.create({ name: 'dev', cpus: 1, memory: 256, disk: '64M', image, ...request });

const processOf = ({ folder }: Machine): ProcessIdentity =>
  JSON.parse(readFileSync(join(folder, 'process.json'), 'utf8')) as ProcessIdentity;

const said = async (machine: Machine, command: string, ...args: string[]): Promise<string> =>
  (await machine.exec(command, args)).stdout.trim();

test(
  'the life of a machine, and nothing of it left at the end',
  async () => {
    const machine = await create();
    expect(await machine.state()).toBe('Running');
    expect(await said(machine, 'hostname')).toBe('dev');
    const ip = await machine.ip();
    const { mac } = machine.plan;
    expect((await readLeases({ path: vmnet.leases })).leases).toMatchObject([{ address: ip, mac }]);
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

    const first = processOf(machine);
    await machine.stop();
    expect(await machine.state()).toBe('Stopped');
    expect(await isAlive(first)).toBe(false);
    await machine.start();
    expect(await machine.ip()).toBe(ip);
    await machine.restart();
    expect(await machine.ip()).toBe(ip);

    const second = processOf(machine);
    expect(await hv.doctor()).toEqual([]);
    await machine.remove();
    expect(await isAlive(second)).toBe(false);
    expect((await readLeases({ path: vmnet.leases })).leases).toEqual([]);
    expect(readdirSync(join(hv.home, 'machines'))).toEqual([]);
  },
  A_LIFE,
);

test(
  'a machine that is killed is stopped at once, and starts again in spite of its pidfile',
  async () => {
    const watching = new AbortController();
    const events = hv.events({ signal: watching.signal })[Symbol.asyncIterator]();
    const until = async (state: StateEvent['state']): Promise<void> => {
      for (;;) {
        const next = await events.next();
        if (next.done === true) throw new Error(`the events ended before ${state} came`);
        if (next.value.event === 'state' && next.value.state === state) return;
      }
    };
    const machine = await create({ options: { qcow2: true } });
    await until('Running');
    await signalProcess(processOf(machine), 'SIGKILL');
    await until('Stopped');
    watching.abort();
    expect(await machine.state()).toBe('Stopped');
    expect(readdirSync(machine.folder)).toContain('hyperkit.pid');
    await machine.start();
    expect(await said(machine, 'hostname')).toBe('dev');
    await machine.kill();
    expect(await machine.state()).toBe('Stopped');
  },
  A_LIFE,
);

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

test.each([
  [{ options: { hyperkit: '/none/hyperkit' } }, 'There is no program /none/hyperkit'],
  [{ options: { qcow2: true, rawdisk: true } }, 'A disk is qcow2 or raw, and not both'],
  [{ network: 'user' }, 'has one network'],
  [{ publish: ['80:80'] }, "cannot publish a guest's ports"],
  [{ shares: ['/tmp:/mnt'] }, 'cannot share folders'],
])('%j is refused before anything is made', async (request, words) => {
  await expect(create(request)).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: expect.stringContaining(words) as string,
  });
  expect(await hv.list()).toEqual([]);
});
