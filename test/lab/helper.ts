import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';

import type { HelperPlace } from '../../src/drivers/xhyve/helper';

export const PROGRAM = join(__dirname, '..', '..', 'build', 'Release', 'hvkit-vmnet');
/** Users of nothing else. */
export const USER = 4711;
export const OTHER = 4712;

/** The helper, as launchd would run it: as root, for one user. */
export class Helper implements AsyncDisposable {
  readonly folder: string;
  readonly place: HelperPlace;
  readonly process: ChildProcess;

  private constructor(folder: string, place: HelperPlace, process: ChildProcess) {
    this.folder = folder;
    this.place = place;
    this.process = process;
  }

  /** `leases` is the table of the DHCP server. */
  static async begin(leases: string, folder = mkdtempSync('/run/hvkit-helper-')): Promise<Helper> {
    execFileSync('chmod', ['755', folder]);
    const place = {
      program: join(folder, 'hvkit-vmnet'),
      socket: join(folder, 'socket'),
      state: join(folder, 'state'),
      daemon: join(folder, 'plist'),
    };
    execFileSync('install', ['-m', '755', PROGRAM, place.program]);
    const listens = appears(folder, 'socket');
    const child = spawn(place.program, ['listen', place.socket, place.state, leases, String(USER)], {
      stdio: 'inherit',
    });
    await Promise.race([listens, once(child, 'exit').then(() => Promise.reject(new Error('the helper ended')))]);
    return new Helper(folder, place, child);
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Those that serve a connection each. */
  get children(): number[] {
    const { stdout } = run('pgrep', '-f', `^${this.place.program} serve|^/proc/self/exe serve`);
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(signal);
    await once(this.process, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true });
  }
}

/** Calls as another user would. */
export async function as<T>(user: number, work: () => Promise<T>): Promise<T> {
  process.seteuid!(user);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

/** The taps that are ports of vmnet's bridge. */
export function taps(): string[] {
  const { stdout } = run('ip', '-o', 'link', 'show', 'master', 'bridge100');
  return [...stdout.matchAll(/^\d+: (\S+?):/gm)].map(([, name]) => name!);
}

/** Resolves when this tap is no more; the kernel says so. */
export async function tapsGone(): Promise<void> {
  const monitor = spawn('ip', ['monitor', 'link'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(monitor, 'spawn');
    while (taps().length > 0) await once(monitor.stdout, 'data');
  } finally {
    monitor.kill();
    await once(monitor, 'exit');
  }
}

function run(program: string, ...args: string[]): { stdout: string } {
  try {
    return { stdout: execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }) };
  } catch (error) {
    return { stdout: (error as { stdout: string }).stdout };
  }
}

export async function appears(folder: string, name: string): Promise<void> {
  const watcher = watch(folder);
  try {
    while (!existsSync(join(folder, name))) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}

/** What the kernel says of a process. */
export function statusOf(pid: number): Record<string, string> {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Object.fromEntries([...text.matchAll(/^(\w+):\s*(.*)$/gm)].map(([, key, value]) => [key!, value!] as const));
}
