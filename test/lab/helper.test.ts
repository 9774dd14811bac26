import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { macOf, releaseLeases } from '../../src/drivers/xhyve/helper';
import { readLeases } from '../../src/native/vmnet';
import { as, Helper, OTHER, statusOf, taps, USER } from './helper';
import { Vmnet } from './vmnet';

/** A guest of an unprivileged hyperkit has vmnet's network through the helper, which outlives its own listener. */
const GUEST = process.env['HVKIT_LAB_GUEST'] ?? '';
const UUID = '4fd0cc2a-6d37-4ca7-91e9-0f4b4d6f6a12';
const A_BOOT = 90_000;

let folder: string;
let vmnet: Vmnet;
let helper: Helper;
let hyperkit: ChildProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync('/run/hvkit-hyperkit-');
  chownSync(folder, USER, USER);
  // The checkout may be root's.
  cpSync(join(__dirname, 'hyperkit'), join(folder, 'bin'), { recursive: true });
  vmnet = await Vmnet.begin(mkdtempSync('/run/hvkit-vmnet-'));
  helper = await Helper.begin(vmnet.leases);
});

afterEach(async () => {
  if (hyperkit?.exitCode === null && hyperkit.signalCode === null) {
    hyperkit.kill('SIGKILL');
    await once(hyperkit, 'exit');
  }
  await helper[Symbol.asyncDispose]();
  await vmnet[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

test(
  'a machine of a user has a network, and its lease is released by its user alone',
  async () => {
    const mac = await as(USER, () => macOf(UUID, helper.place));
    expect(taps()).toEqual([]);

    const address = await boot();
    expect((await readLeases({ path: vmnet.leases })).leases).toMatchObject([{ address, mac }]);
    await ping(address);

    // What passes its frames has nothing of root's any more.
    const [serving, ...others] = helper.children;
    expect(others).toEqual([]);
    expect(statusOf(serving!)).toMatchObject({
      Uid: [USER, USER, USER, USER].join('\t'),
      Gid: [USER, USER, USER, USER].join('\t'),
      CapPrm: '0000000000000000',
      CapEff: '0000000000000000',
      NoNewPrivs: '1',
    });

    // A helper that dies, or is updated, unplugs no machine.
    await helper.end('SIGKILL');
    await ping(address);
    helper = await Helper.begin(vmnet.leases, { folder: helper.folder });

    hyperkit!.kill('SIGTERM');
    await once(hyperkit!, 'exit');
    await helper.idle();
    expect(taps()).toEqual([]);

    await expect(as(OTHER, () => releaseLeases(mac, helper.place))).rejects.toMatchObject({
      code: 'ERR_XHYVE_HELPER_REFUSED',
    });
    expect(await releaseLeases(mac, helper.place)).toBe(0); // root may call, and was not given it
    expect((await readLeases({ path: vmnet.leases })).leases).toHaveLength(1);
    expect(await as(USER, () => releaseLeases(mac, helper.place))).toBe(1);
    expect(await as(USER, () => releaseLeases(mac, helper.place))).toBe(0);
    expect((await readLeases({ path: vmnet.leases })).leases).toEqual([]);
  },
  A_BOOT,
);

const ping = (address: string) => promisify(execFile)('busybox', ['ping', '-c', '1', '-W', '10', address]);

/** Starts it as the user, and resolves with the address that the guest says it has. */
async function boot(): Promise<string> {
  const ring = join(folder, 'ring');
  hyperkit = spawn(
    'setpriv',
    [
      ...['--reuid', String(USER), '--regid', String(USER), '--clear-groups', '--'],
      ...[process.execPath, join(folder, 'bin', 'hyperkit')],
      ...['-A', '-u', '-m', '256M', '-U', UUID],
      ...['-s', '0:0,hostbridge', '-s', '31,lpc', '-l', `com1,autopty=${join(folder, 'tty')},log=${ring}`],
      ...['-s', `2:0,virtio-vpnkit,path=${helper.place.socket},uuid=${UUID}`],
      ...['-f', `kexec,${GUEST}/bzImage,${GUEST}/initrd,console=ttyS0 quiet`],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder },
  );
  const watcher = watch(folder);
  const ended = once(hyperkit, 'exit').then(() => Promise.reject(new Error('hyperkit ended')));
  // Nobody asks after the guest is up.
  ended.catch(() => undefined);
  try {
    for (;;) {
      const said = existsSync(ring) ? readFileSync(ring, 'latin1') : '';
      const [, address] = /hvkit-guest address (\S+)\s/.exec(said) ?? [];
      if (address !== undefined) return address;
      await Promise.race([once(watcher, 'change'), ended]);
    }
  } finally {
    watcher.close();
  }
}
