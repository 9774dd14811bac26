import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Cli, type Outcome } from './cli';
import { guestFolder, qcow2 } from './machine';
import { traces } from './traces';

const USER = ['--network', 'user'];
const NAT = ['--network', 'nat'];
/** Beyond what any of these takes: who needs it has not failed fast. */
const FAR = '300';
/** Seconds: enough for the guest to boot and to ask for its address. */
const NEAR = '40';
const LONG = 300_000;

/** hvkit's own small guest with a kernel that lacks a module. */
function microWithout(module: string): string {
  const folder = mkdtempSync('/var/lib/libvirt/image-');
  const made = join(process.env['HVKIT_LAB_IMAGES'] ?? '', 'micro', 'x86_64-lab');
  copyFileSync(join(made, 'kernel'), join(folder, 'vmlinuz'));
  const initrd = readFileSync(join(made, 'initrd'));
  const name = Buffer.from(`/${module}.ko`);
  for (let at = initrd.indexOf(name); at !== -1; at = initrd.indexOf(name, at + 1)) initrd[at + 1] = 0x5f; // _
  writeFileSync(join(folder, 'initrd'), initrd);
  writeFileSync(
    join(folder, 'image.json'),
    JSON.stringify({ arch: 'x86_64', user: 'hvkit', init: 'micro', cmdline: 'quiet' }),
  );
  return folder;
}

/** A disk that nothing was ever written to. */
function emptyDisk(): string {
  const folder = mkdtempSync('/var/lib/libvirt/image-');
  return qcow2(folder, 'empty.qcow2', '64M');
}

/** Creates a machine, and does something to it when it is waited for. */
class Attempt {
  readonly #cli: Cli;

  constructor(seconds: string) {
    this.#cli = new Cli({ env: { HVKIT_TIMEOUT: seconds } });
  }

  async create(flags: string[], meanwhile: (homeId: string) => void = () => undefined): Promise<Outcome> {
    const size = ['--cpus', '1', '--memory', '256M', '--disk', '1G'];
    const child = this.#cli.start('create', ...size, ...flags, 'dev');
    let [stdout, stderr, isDone] = ['', '', false];
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
      if (isDone || !stderr.includes('waiting for ssh')) return;
      isDone = true;
      meanwhile(this.#id);
    });
    child.stdin.end();
    return new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (status) => {
        resolve({ status: status ?? -1, stdout, stderr });
      });
    });
  }

  /** What is left of the machine on the host and in the home. Another test may have an interface by now. */
  get remains(): string[] {
    const machines = join(this.#cli.home, 'machines');
    return [
      ...traces({ id: this.#id, path: this.#cli.home }).filter((line) => !/^(?:vnet|tap)/.test(line)),
      ...(existsSync(machines) ? readdirSync(machines, { recursive: true, encoding: 'utf8' }) : []),
    ];
  }

  get #id(): string {
    return (JSON.parse(readFileSync(join(this.#cli.home, 'home.json'), 'utf8')) as { id: string }).id;
  }
}

function destroy(homeId: string): void {
  execFileSync('virsh', ['--quiet', '--connect', 'qemu:///system', 'destroy', `hvkit-${homeId}-dev`]);
}

/** Kills the DHCP server of the home's network: the guest is still booting, and has not asked. */
function killDhcp(homeId: string): void {
  const pid = readFileSync(`/run/libvirt/network/hvkit-${homeId}.pid`, 'utf8');
  process.kill(Number(pid), 'SIGKILL');
}

interface Failing {
  what: string;
  image?: () => string;
  network: string[];
  seconds: string;
  meanwhile?: (homeId: string) => void;
  /** In this order. */
  says: RegExp;
}

test.concurrent.each<Failing>([
  {
    what: 'a guest that no DHCP server answers: it says so itself',
    network: NAT,
    seconds: FAR,
    meanwhile: killDhcp,
    says: /does not come up: no DHCP server answered it \("[^"]*hvkit: no DHCP lease"\)[^]*has given it no address[^]*the console said last:[^]*hvkit: no DHCP lease[^]*--network user works without/,
  },
  {
    what: 'a guest that no DHCP server answers, and that says nothing',
    image: () => guestFolder('quiet'),
    network: NAT,
    seconds: NEAR,
    meanwhile: killDhcp,
    says: /did not come up within 40 s: it got no DHCP lease\n[^]*has given it no address[^]*the console said last:[^]*hvkit-guest ready[^]*Does the DHCP server of its network run/,
  },
  {
    what: 'a guest without an sshd',
    image: () => guestFolder('quiet'),
    network: NAT,
    seconds: NEAR,
    says: /did not come up within 40 s: its ssh server did not let anybody in\n[^]*has given it \d+\.[^]*the console said last:[^]*hvkit-guest address \d+[^]*the last attempt:[^]*HVKIT_TIMEOUT=900/,
  },
  {
    what: 'a guest without an sshd, whose cloud-init is done',
    image: () => guestFolder('quiet hvkit.say=Cloud-init_v._25.1_finished_at_last.'),
    network: NAT,
    seconds: FAR,
    says: /did not come up: its cloud-init has finished, and no ssh server answers in it\n[^]*has given it \d+\.[^]*finished at last\.[^]*the last attempt:[^]*Has the image an ssh server/,
  },
  {
    what: 'a kernel that panics',
    image: () => guestFolder('quiet rdinit=/bin/false'),
    network: USER,
    seconds: FAR,
    says: /does not come up: its kernel panicked \(".*Kernel panic - not syncing[^]*\n {2}the console said:\n {4}\S.*Kernel panic - not syncing.*\n {4}(?!.*Kernel panic)[^]*\n {4}.*(?:Call Trace|dump_stack|panic\+0x)/,
  },
  {
    what: 'a guest that cannot mount a shared folder',
    image: () => microWithout('virtiofs'),
    network: [...USER, '--share', '/srv:/mnt/host'],
    seconds: FAR,
    says: /The guest of "dev" does not mount \/mnt\/host: mount: mounting share0 on \/mnt\/host failed: No such device\n[^]*needs virtiofs/,
  },
  {
    what: 'a disk with nothing to boot',
    image: emptyDisk,
    network: USER,
    seconds: FAR,
    says: /does not come up: the firmware found nothing to boot from \(".*(?:not a bootable disk|No bootable device)[^]*the console said last:[^]*Booting from Hard Disk[^]*Take another image/,
  },
  {
    what: 'a machine that somebody destroys',
    network: USER,
    seconds: FAR,
    meanwhile: destroy,
    says: /The machine "dev" ended while it was starting: .*destroyed[^]*the console (?:said last|printed nothing)/,
  },
])(
  '$what',
  async ({ image, network, seconds, meanwhile, says }) => {
    const attempt = new Attempt(seconds);
    const { status, stderr } = await attempt.create([...network, '--image', image?.() ?? 'micro'], meanwhile);
    expect(stderr).toMatch(says);
    expect(status).toBe(1);
    expect(attempt.remains).toEqual([]);
  },
  LONG,
);
