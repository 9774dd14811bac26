import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { DriverDefinition } from '../../src/driver';
import { isErrno } from '../../src/files';
import { xhyveOn, type XhyveHost } from '../../src/drivers/xhyve';
import { findProcess, watchProcess, type ProcessIdentity } from '../../src/native/hyperkit';
import { commandLine } from './traces';
import { Vmnet, type VmnetOptions } from './vmnet';

export const NOBODY = 65534;
export const HYPERKIT = join(__dirname, 'hyperkit', 'hyperkit');

/** What stands for a Mac: hyperkit's stand-in, vmnet's, the driver on both, and the guest micro. */
export class XhyvePlace implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'hvkit-xhyve-'));
  readonly home = join(this.folder, 'home');
  readonly vmnet: Vmnet;
  readonly host: XhyveHost;
  readonly driver: DriverDefinition;

  constructor(options?: VmnetOptions) {
    mkdirSync(this.home, { mode: 0o700 });
    this.vmnet = new Vmnet(this.folder, options);
    const { leases, settings } = this.vmnet;
    this.host = { platforms: [process.platform], arch: 'x64', hyperkit: [HYPERKIT], leases, settings };
    this.driver = xhyveOn(this.host);
  }

  /** The same with a kernel that mounts shared folders. */
  imageWith9p(name: string): string {
    return this.image(name, {}, 'x86_64-9p');
  }

  /** hvkit's own small guest as an image's folder. With `init` `none` nobody waits for it to answer. */
  image(name: string, notes: Readonly<Record<string, string>> = {}, which = 'x86_64-lab'): string {
    const made = join(process.env['HVKIT_LAB_IMAGES'] ?? '', 'micro', which);
    const folder = join(this.folder, name);
    mkdirSync(folder);
    for (const file of ['kernel', 'packed-kernel', 'initrd']) symlinkSync(join(made, file), join(folder, file));
    const all = { arch: 'x86_64', user: 'hvkit', init: 'micro', cmdline: 'quiet', ...notes };
    writeFileSync(join(folder, 'image.json'), JSON.stringify(all));
    return folder;
  }

  /** What hvkit shares it does not share as root, who runs the lab. */
  nobodysFolder(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path);
    chownSync(path, NOBODY, NOBODY);
    return path;
  }

  /** An image that is a disk, with a loader that a firmware starts. */
  disk(): string {
    const path = join(this.folder, 'disk.img');
    const bytes = Buffer.alloc(8 * 2 ** 20);
    bytes.write('a loader', 3);
    bytes.writeUInt16LE(0xaa55, 510);
    writeFileSync(path, bytes);
    return path;
  }

  /** The folder of what comes and goes with a machine's process. */
  runFolder({ uuid }: { uuid: string }): string {
    return join(this.home, 'xhyve', uuid);
  }

  async processOf(
    machine: { uuid: string },
    file: 'hyperkit.pid' | 'keeper.pid' = 'hyperkit.pid',
  ): Promise<ProcessIdentity> {
    const found = await findProcess(Number(readFileSync(join(this.runFolder(machine), file), 'utf8')));
    if (!found) throw new Error(`${file} names nobody`);
    return found;
  }

  /** The command lines of what runs for machines of this home. */
  processes(): string[] {
    const folder = join(this.home, 'xhyve');
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return all.map(commandLine).filter((line) => line.includes(folder) && !line.includes('children/xhyve.js'));
  }

  /** What the home has on this host beside its machines' files. */
  async remains(): Promise<string[]> {
    const folder = join(this.home, 'xhyve');
    await this.#orphansGone();
    await this.serversGone();
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return [
      ...(existsSync(folder) ? readdirSync(folder) : []),
      ...taps(),
      ...processes.map(commandLine).filter((line) => line.includes(folder) || line.startsWith('qemu-system')),
    ];
  }

  /**
   * The stand-in's QEMU dies with it, a moment later, thread by thread: the first may be gone when the last still has its tap.
   * Nobody tells when that is over.
   */
  async #orphansGone(): Promise<void> {
    for (let looks = 0; looks < 500 && taps().length > 0; ++looks) {
      const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      const isDying = pids
        .map(statOf)
        .some(({ name, parent }) => name.startsWith('qemu-system') && !commandLine(parent).includes(HYPERKIT));
      if (!isDying) return;
      await delay(10);
    }
  }

  /** Who serves a shared folder is told by the kernel that its machine has gone, and goes then. */
  async serversGone(): Promise<void> {
    const folder = join(this.home, 'xhyve');
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const line = commandLine(pid);
      if (!line.includes('hvkit-9p') || !line.includes(folder) || line.startsWith('/bin/sh')) continue;
      const server = await findProcess(Number(pid));
      if (server) await (await watchProcess(server)).exit(AbortSignal.timeout(10_000));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vmnet[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function taps(): string[] {
  return readdirSync('/sys/class/net').filter((name) => name.startsWith('tap'));
}

/** Of nobody, where it has ended. */
function statOf(pid: string): { name: string; parent: string } {
  try {
    const [, name = '', parent = '0'] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return { name, parent };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return { name: '', parent: '0' };
    throw error;
  }
}
