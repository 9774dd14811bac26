import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { requireAnswer } from '../../src/drivers/xhyve/helper';
import { daemonPlist, usersOf, type DaemonPlace } from '../../src/drivers/xhyve/helper/daemon';
import { helperHealth } from '../../src/drivers/xhyve/helper/health';
import { helperSetup, type Launcher } from '../../src/drivers/xhyve/helper/install';
import { launchd } from '../../src/drivers/xhyve/helper/launchd';
import { parsePlist, type PlistDictionary } from '../../src/native/vmnet';
import { hvkit } from '../unit/cli/command-line';
import { as, OTHER, USER } from './helper';

/** `hvkit setup xhyve`, into folders of the test's own, and with what stands for launchd: it does what the daemon's file says. */
class TestLauncher implements Launcher {
  starts = 0;
  #process: ChildProcess | undefined;

  async start(daemon: string): Promise<void> {
    await this.stop();
    const [program = '', ...words] = readPlist(readFileSync(daemon))['ProgramArguments'] as string[];
    this.#process = spawn(program, words, { stdio: 'inherit' });
    this.starts += 1;
  }
  isStarted(): Promise<boolean> {
    return Promise.resolve(this.#process !== undefined);
  }
  async stop(): Promise<void> {
    if (!this.#process) return;
    this.#process.kill();
    await once(this.#process, 'exit');
    this.#process = undefined;
  }
}

const readPlist = (bytes: Uint8Array) => Object.fromEntries(parsePlist(bytes) as PlistDictionary);

function openToAll(path: string): void {
  chmodSync(path, 0o777);
}

/** By another program, such as an older one. */
function replace(path: string): void {
  writeFileSync(`${path}.other`, 'another', { mode: 0o755 });
  renameSync(`${path}.other`, path);
}

let root: string;
let place: DaemonPlace;
let launcher: TestLauncher;
let said: string[];
const say = (line: string): void => void said.push(line.replaceAll(root, ''));
const setUpBy = (user?: number) =>
  helperSetup({ place, launcher, env: user === undefined ? {} : { SUDO_UID: String(user) } });

beforeEach(() => {
  root = mkdtempSync('/run/hvkit-root-');
  chmodSync(root, 0o755);
  place = {
    program: join(root, 'tools', 'hvkit-vmnet'),
    daemon: join(root, 'daemons', 'plist'),
    socket: join(root, 'socket'),
    state: join(root, 'state'),
    log: join(root, 'log'),
    leases: join(root, 'leases'),
  };
  launcher = new TestLauncher();
  said = [];
});

afterEach(async () => {
  await launcher.stop();
  rmSync(root, { recursive: true });
});

test('it installs for who called sudo, mends what was changed, and leaves alone what is right', async () => {
  await setUpBy(USER).install(say);
  expect(said).toEqual([
    'Wrote /tools/hvkit-vmnet',
    'Wrote /daemons/plist',
    'The helper runs, and will after each boot: /socket',
    `It serves root and user ${USER}.`,
  ]);
  expect(statSync(place.program)).toMatchObject({ uid: 0, gid: 0, mode: 0o100755 });
  expect(statSync(place.daemon)).toMatchObject({ uid: 0, gid: 0, mode: 0o100644 });
  await as(USER, () => requireAnswer(place));
  await expect(as(OTHER, () => requireAnswer(place))).rejects.toMatchObject({ code: 'ERR_XHYVE_HELPER_REFUSED' });

  said = [];
  await setUpBy(USER).install(say);
  expect(said.slice(0, 2)).toEqual(['/tools/hvkit-vmnet is as it should be', '/daemons/plist is as it should be']);
  expect(launcher.starts).toBe(1);

  for (const harm of [openToAll, replace]) {
    harm(place.program);
    await setUpBy(USER).install(say);
    expect(statSync(place.program)).toMatchObject({ mode: 0o100755 });
    await as(USER, () => requireAnswer(place));
  }

  // Another user's set-up takes it from nobody.
  await setUpBy(OTHER).install(say);
  await as(USER, () => requireAnswer(place));
  await as(OTHER, () => requireAnswer(place));
});

test('nothing is left of it, and there may be nothing', async () => {
  await setUpBy(USER).install(say);
  await setUpBy().uninstall(say);
  await expect(requireAnswer(place)).rejects.toMatchObject({
    code: 'ERR_XHYVE_HELPER',
    hint: expect.stringContaining('sudo hvkit setup xhyve') as string,
  });
  expect(readdirSync(root, { recursive: true })).toEqual(['daemons', 'tools']);
  await setUpBy().uninstall(say);
  expect(said.at(-1)).toBe('Nothing of the helper is left.');
});

test('health tells what is wrong with the helper, and the command', async () => {
  const seen = async () => {
    const { healthy, reason, fix, advice = { reason, fix } } = await as(USER, () => helperHealth(place));
    return [healthy, (advice.reason ?? '').replaceAll(root, ''), advice.fix];
  };
  const setup = 'sudo hvkit setup xhyve';
  await setUpBy(USER).install(say);
  expect(await seen()).toEqual([true, '', undefined]);
  expect(await as(OTHER, () => helperHealth(place))).toMatchObject({
    healthy: false,
    reason: expect.stringContaining(`is not for user ${process.getuid?.()}`) as string,
    fix: setup,
  });

  const later = new Date(Date.now() + 60_000);
  utimesSync(place.program, later, later);
  expect(await seen()).toEqual([
    true,
    expect.stringContaining('was started before /tools/hvkit-vmnet was replaced'),
    'sudo launchctl kickstart -k system/dev.hvkit.vmnet',
  ]);
  replace(place.program);
  expect(await seen()).toEqual([
    true,
    '/tools/hvkit-vmnet is not the helper that comes with this version of hvkit',
    setup,
  ]);
  for (const path of [place.program, place.daemon]) {
    const { mode } = statSync(path);
    openToAll(path);
    const [healthy, reason, fix] = await seen();
    expect([healthy, reason]).toEqual([false, expect.stringMatching(/\/\w+\/[\w-]+ can be written by anybody$/)]);
    expect(fix).toContain(`sudo chmod go-w ${path} && ${setup}`);
    chmodSync(path, mode);
  }
  rmSync(place.daemon);
  expect(await seen()).toEqual([true, expect.stringContaining('there is no /daemons/plist'), setup]);
  await launcher.stop();
  expect(await seen()).toEqual([false, expect.stringContaining('cannot be reached'), setup]);
  // What each of them is told to do mends it.
  await setUpBy(USER).install(say);
  expect(await seen()).toEqual([true, '', undefined]);
});

test('a folder that somebody else can write to is no place for it', async () => {
  execFileSync('install', ['-d', '-o', String(USER), join(root, 'tools')]);
  await expect(setUpBy(USER).install(say)).rejects.toMatchObject({ code: 'ERR_XHYVE_HELPER_UNSAFE' });
  expect(existsSync(place.program)).toBe(false);
});

test('who is not root is told the command', async () => {
  await expect(as(USER, () => setUpBy(USER).install(say))).rejects.toMatchObject({
    code: 'ERR_NEEDS_ROOT',
    hint: 'sudo hvkit setup xhyve',
  });
  await expect(as(USER, () => setUpBy(USER).uninstall(say))).rejects.toMatchObject({
    hint: 'sudo hvkit setup xhyve --uninstall',
  });
});

test("what launchd is told keeps characters that are XML's own, and who it is for", () => {
  const odd = { ...place, leases: '/var/db/<a> & "b"' };
  const plist = Buffer.from(daemonPlist(odd, [501, 502]));
  expect(readPlist(plist)).toMatchObject({
    Label: 'dev.hvkit.vmnet',
    ProgramArguments: [place.program, 'listen', place.socket, place.state, odd.leases, '501', '502'],
    RunAtLoad: true,
    KeepAlive: true,
    AbandonProcessGroup: true,
  });
  expect(usersOf(plist)).toEqual([501, 502]);
});

test("launchd's own program is told of one service after the other has gone, and what it refuses is told", async () => {
  // Says what it was told, and needs two more looks to end a service.
  const launchctl = join(root, 'launchctl');
  const script = `#!/bin/sh
    echo "$*" >>${root}/told
    case $1 in
      print) read -r left <${root}/runs && echo $((left - 1)) >${root}/runs && [ "$left" -gt 0 ] ;;
      bootout) echo 2 >${root}/runs; exit 36 ;;
      bootstrap) [ "$3" != /none ] || { echo 'Bootstrap failed: 5: Input/output error' >&2; exit 5; } ;;
    esac`;
  writeFileSync(launchctl, script, { mode: 0o755 });
  const real = launchd(launchctl);
  expect(await real.isStarted()).toBe(false);
  writeFileSync(join(root, 'runs'), '1\n');
  await real.start('/daemon');
  const service = 'system/dev.hvkit.vmnet';
  expect(readFileSync(join(root, 'told'), 'utf8').trimEnd().split('\n')).toEqual([
    ...[`print ${service}`, `print ${service}`, `bootout ${service}`],
    ...[`print ${service}`, `print ${service}`, `print ${service}`],
    ...[`enable ${service}`, 'bootstrap system /daemon'],
  ]);
  await expect(real.start('/none')).rejects.toMatchObject({
    code: 'ERR_XHYVE_SETUP',
    message: expect.stringContaining('Input/output error') as string,
    hint: `sudo ${launchctl} bootstrap system /none`,
  });
});

test('on this system the shipped drivers have nothing to set up', async () => {
  const env = { HVKIT_HOME: join(root, 'home') };
  expect(await hvkit(['setup', 'xhyve'], { env })).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('works on darwin and not on linux') as string,
  });
  expect(await hvkit(['setup', 'kvm'], { env })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('has nothing to be set up') as string,
  });
});
