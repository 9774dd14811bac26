import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { XhyveHost } from '../../src/drivers/xhyve';
import { findProcess, watchProcess } from '../../src/native/hyperkit';
import { readLeases } from '../../src/native/vmnet';
import { checkout, fillCache, type Outcome } from './cli';
import { Helper, taps, USER } from './helper';
import { Vmnet } from './vmnet';

/** `hvkit create --driver xhyve` by somebody who is not root. */
const A_LIFE = 240_000;

let home: string;
let vmnet: Vmnet;
let helper: Helper | undefined;

beforeEach(async () => {
  home = mkdtempSync('/var/lib/libvirt/home-');
  fillCache(home);
  execFileSync('chown', ['-R', `${USER}:${USER}`, home]);
  const folder = mkdtempSync('/run/hvkit-vmnet-');
  execFileSync('chmod', ['755', folder]);
  vmnet = await Vmnet.begin(folder);
});

afterEach(async () => {
  await helper?.[Symbol.asyncDispose]();
  helper = undefined;
  await vmnet[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

function hvkit(...words: string[]): Outcome {
  const host: XhyveHost = {
    platforms: [process.platform],
    arch: 'x64',
    hyperkit: [join(checkout(), 'test', 'lab', 'hyperkit', 'hyperkit')],
    leases: vmnet.leases,
    settings: vmnet.settings,
    helper: helper?.place,
  };
  const program = join(checkout(), 'test', 'lab', 'children', 'xhyve.js');
  const { status, stdout, stderr } = spawnSync(
    'setpriv',
    [
      ...['--reuid', String(USER), '--regid', String(USER), '--clear-groups', '--'],
      ...[process.execPath, program, JSON.stringify(host), ...words],
    ],
    {
      encoding: 'utf8',
      cwd: '/',
      env: { PATH: process.env['PATH'], HOME: home, HVKIT_HOME: home, HVKIT_TIMEOUT: '120' },
    },
  );
  return { status: status ?? -1, stdout, stderr };
}

function pidfile(): string {
  const [uuid = ''] = readdirSync(join(home, 'xhyve'));
  return join(home, 'xhyve', uuid, 'hyperkit.pid');
}

function done(...words: string[]): string {
  const { status, stdout, stderr } = hvkit(...words);
  if (status !== 0) throw new Error(`hvkit ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout.trimEnd();
}

test('without the helper it is refused before anything is made, and the way is told', () => {
  const { status, stderr } = hvkit('create', 'dev', '--image', 'micro');
  expect(status).toBe(3);
  expect(stderr).toContain('Try: sudo hvkit setup xhyve');
  expect(done('ls', '-q')).toBe('');
  expect(hvkit('doctor')).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/is not installed\n {2}Try: sudo hvkit setup xhyve\n$/) as string,
  });
});

test(
  'with the helper a machine of a user has its life, and nothing is left',
  async () => {
    helper = await Helper.begin(vmnet.leases);
    done('create', 'dev', '--image', 'micro', '--memory', '256', '--disk', '64M');
    const ip = done('ip', 'dev');
    const { leases } = await readLeases({ path: vmnet.leases });
    expect(leases.map(({ address }) => address)).toEqual([ip]);
    expect(done('exec', 'dev', '--', 'cat', '/sys/class/net/eth0/address')).toBe(leases[0]?.mac);
    expect(taps()).toHaveLength(1);

    // Its helper is replaced under it, as by an update.
    await helper.end('SIGKILL');
    expect(done('exec', 'dev', '--', 'echo', 'still here')).toBe('still here');
    expect(hvkit('restart', 'dev')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("hvkit's helper cannot be reached") as string,
    });
    expect(done('status', 'dev')).toBe('Running');
    helper = await Helper.begin(vmnet.leases, { folder: helper.folder });

    // To hyperkit the death of what passes its frames is the power button.
    using machine = await watchProcess((await findProcess(Number(readFileSync(pidfile(), 'utf8'))))!);
    const [passing] = helper.children;
    process.kill(passing!, 'SIGKILL');
    await machine.exit();
    done('start', 'dev');
    expect(done('ip', 'dev')).toBe(ip);

    chownSync(helper.place.program, USER, 0);
    expect(hvkit('create', 'other', '--image', 'micro').stderr).toContain('belongs to user');
    chownSync(helper.place.program, 0, 0);

    // Who uninstalls it first is told what stays.
    renameSync(helper.place.program, `${helper.place.program}.away`);
    expect(hvkit('rm', '-y', 'dev')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('sudo hvkit setup xhyve') as string,
    });
    renameSync(`${helper.place.program}.away`, helper.place.program);
    done('rm', '-y', 'dev');
    await helper.idle();
    expect(taps()).toEqual([]);
    expect((await readLeases({ path: vmnet.leases })).leases).toEqual([]);
    expect(readFileSync(join(helper.place.state, 'macs'))).toHaveLength(0);
    expect(done('doctor')).toContain('as it should be');
  },
  A_LIFE,
);
