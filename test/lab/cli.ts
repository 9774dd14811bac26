import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';

import type { Identity } from './actor';

const ROOT = join(__dirname, '..', '..');
/** The same as ROOT, at a place that every user may look into. */
const CHECKOUT = '/run/hvkit-lab/checkout';

/** A home's cache with the image micro in it, made before the lab began: here is no network to get packages from. */
export function fillCache(home: string): void {
  const images = process.env['HVKIT_LAB_IMAGES'];
  if (images === undefined) throw new Error('Run the lab tests by test/lab/run: see test/lab/README.md');
  cpSync(images, join(home, 'cache'), { recursive: true });
}

/** The same of the image docker. It is linked: a copy would take seconds, and some hundred megabytes. */
export function linkDocker(home: string): void {
  mkdirSync(join(home, 'cache', 'docker'), { recursive: true });
  symlinkSync(realpathSync(process.env['HVKIT_LAB_DOCKER'] ?? ''), join(home, 'cache', 'docker', 'x86_64-lab'));
}

export interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  identity?: Identity | undefined;
  /** Of the home's folder. Others may not look into what is above it. */
  name?: string;
  env?: NodeJS.ProcessEnv;
  /** Seconds after which a command is taken to hang. */
  patience?: number;
}

/** The command as somebody uses it, with a home of its own. */
export class Cli {
  readonly home: string;
  readonly #identity: Identity | undefined;
  readonly #env: NodeJS.ProcessEnv;
  readonly #patience: number;

  constructor({ identity, name = '.hvkit', env = {}, patience = 200 }: CliOptions = {}) {
    this.#identity = identity;
    this.#patience = patience;
    const top = mkdtempSync('/var/lib/libvirt/home-');
    this.home = join(top, name);
    const runtime = join(top, 'runtime');
    for (const folder of [this.home, runtime]) mkdirSync(folder, { mode: 0o700 });
    fillCache(this.home);
    if (identity) give(top, identity);
    this.#env = {
      PATH: process.env['PATH'],
      HVKIT_HOME: this.home,
      ...(identity && { HOME: top, XDG_RUNTIME_DIR: runtime, USER: '', LOGNAME: '' }),
      ...env,
    };
  }

  /** Runs a command to its end. */
  hvkit(args: readonly string[], { input = '' }: { input?: string } = {}): Outcome {
    const [program, ...words] = this.#line(args);
    const { status, signal, stdout, stderr, error } = spawnSync(program, words, {
      encoding: 'utf8',
      env: this.#env,
      cwd: '/',
      input,
      timeout: this.#patience * 1000,
    });
    if (error) throw error;
    return { status: status ?? -1, stdout, stderr: signal ? `${stderr}\nended by ${signal}` : stderr };
  }

  /** The same, of one that has to go well: what it printed. */
  done(...args: string[]): string {
    const { status, stdout, stderr } = this.hvkit(args);
    if (status !== 0) throw new Error(`hvkit ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return stdout.trimEnd();
  }

  /** What this user's own libvirt has, which a command may have started. Where none was, it is nothing. */
  session(): string[] {
    const socket = join(this.home, '..', 'runtime', 'libvirt', 'libvirt-sock');
    if (!existsSync(socket)) return [];
    const uri = `qemu:///session?socket=${encodeURIComponent(socket)}`;
    return ['list', 'net-list', 'pool-list'].flatMap((list) => {
      const [program, ...words] = this.#as(['virsh', '--quiet', '--connect', uri, list, '--all', '--name']);
      const names = execFileSync(program, words, { encoding: 'utf8', env: this.#env, cwd: '/' });
      return names.split('\n').filter((name) => name.trim() !== '');
    });
  }

  start(...args: string[]) {
    return this.startWith({}, ...args);
  }

  startWith(env: NodeJS.ProcessEnv, ...args: string[]) {
    const [program, ...words] = this.#line(args);
    return spawn(program, words, { env: { ...this.#env, ...env }, cwd: '/' });
  }

  #line(args: readonly string[]): [string, ...string[]] {
    return this.#as([process.execPath, join(checkout(), 'bin', 'hvkit.js'), ...args]);
  }

  #as(command: [string, ...string[]]): [string, ...string[]] {
    if (!this.#identity) return command;
    const { user, group, groups } = this.#identity;
    const numbers = groups.map((each) => (typeof each === 'number' ? each : groupNumber(each)));
    const more = numbers.length > 0 ? [`--groups=${numbers.join(',')}`] : ['--clear-groups'];
    return ['setpriv', `--reuid=${user}`, `--regid=${group}`, ...more, '--', ...command];
  }
}

function groupNumber(name: string): number {
  return Number(execFileSync('getent', ['group', name], { encoding: 'utf8' }).split(':')[2]);
}

function give(path: string, { user, group }: Identity): void {
  chownSync(path, user, group);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) give(join(path, name), { user, group, groups: [] });
}

export function checkout(): string {
  if (!existsSync(CHECKOUT)) {
    mkdirSync(CHECKOUT, { recursive: true });
    execFileSync('mount', ['--bind', ROOT, CHECKOUT]);
  }
  return CHECKOUT;
}

/** All that machines leave on a host: what is here after them must be what was here before. */
export function inventory(): Record<string, string[]> {
  const lines = (program: string, args: string[]): string[] =>
    execFileSync(program, args, { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .toSorted();
  const virsh = (...args: string[]) => lines('virsh', ['--quiet', '--connect', 'qemu:///system', ...args]);
  const running = lines('ps', ['-eo', 'comm=']);
  return {
    domains: virsh('list', '--all', '--name'),
    networks: virsh('net-list', '--all', '--name'),
    pools: virsh('pool-list', '--all', '--name'),
    interfaces: lines('ip', ['-br', 'link']).map((line) => line.split(/[\s@]/)[0] ?? ''),
    processes: running.filter((name) => /qemu|dnsmasq|virtiofs|passt|slirp/.test(name)),
    listening: lines('ss', ['-Hltun']).map((line) => line.split(/\s+/).slice(0, 5).join(' ')),
    images: readdirSync('/var/lib/libvirt/images'),
    leases: existsSync('/var/lib/libvirt/dnsmasq') ? readdirSync('/var/lib/libvirt/dnsmasq') : [],
    embedded: existsSync('/var/lib/hvkit') ? readdirSync('/var/lib/hvkit', { recursive: true, encoding: 'utf8' }) : [],
  };
}
