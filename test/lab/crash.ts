import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { Cli, type Outcome } from './cli';
import { traces } from './traces';

/** Where a command is killed: at a step that it takes below the home, or when it has said something. */
export type Moment = { step: number; when: 'before' | 'after' } | { said: string };

export function describe(moment: Moment): string {
  return 'said' in moment ? `at "${moment.said}"` : `${moment.when} step ${moment.step}`;
}

/** A home, and commands that are killed in the middle. */
export class CrashHome {
  readonly #cli = new Cli();
  readonly #shim: string;

  constructor(shim: string) {
    this.#shim = shim;
  }

  async run(args: readonly string[], env: NodeJS.ProcessEnv = {}, killAt?: string): Promise<Outcome> {
    const child = this.#cli.startWith(env, ...args);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
      if (killAt !== undefined && stderr.includes(killAt)) child.kill('SIGKILL');
    });
    child.stdin.end();
    return new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (status, signal) => {
        resolve({ status: status ?? -1, stdout, stderr: signal ? `${stderr}\nended by ${signal}` : stderr });
      });
    });
  }

  /** The same, of one that has to go well: what it printed. */
  async done(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(args);
    if (status !== 0) throw new Error(`hvkit ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return stdout.trimEnd();
  }

  /** The steps that a command takes below the home when nothing happens to it. */
  async stepsOf(args: readonly string[]): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), 'hvkit-'));
    const log = join(folder, 'steps');
    try {
      const { status, stderr } = await this.run(args, { ...this.#preloaded(), CRASH_LOG: log });
      if (status !== 0) throw new Error(`hvkit ${args.join(' ')} ended with ${status}:\n${stderr}`);
      return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** False: it came to its end before. Steps that end side by side are written down together, so some runs have fewer. */
  async killedAt(args: readonly string[], moment: Moment): Promise<boolean> {
    const { status, stdout, stderr } =
      'said' in moment
        ? await this.run(args, {}, moment.said)
        : await this.run(args, { ...this.#preloaded(), CRASH_AT: `${moment.step}:${moment.when}` });
    if (stderr.endsWith('ended by SIGKILL')) return true;
    if (status === 0 && 'step' in moment) return false;
    throw new Error(`hvkit ${args.join(' ')} was not killed, it ended with ${status}:\n${stdout}${stderr}`);
  }

  /** What virsh says of the machine; undefined: it has no domain. */
  stateOf(name: string): string | undefined {
    const id = this.#id;
    if (id === undefined) return undefined;
    const virsh = (...args: string[]): string =>
      execFileSync('virsh', ['--quiet', '--connect', 'qemu:///system', ...args], { encoding: 'utf8' }).trim();
    const domain = `hvkit-${id}-${name}`;
    return virsh('list', '--all', '--name').split('\n').includes(domain) ? virsh('domstate', domain) : undefined;
  }

  /** What there is of machines, on the host and in the home. */
  get remains(): string[] {
    const id = this.#id;
    const machines = join(this.#cli.home, 'machines');
    return [
      // An interface does not tell whose it is.
      ...(id === undefined ? [] : traces({ id, path: this.#cli.home }).filter((line) => !/^(?:vnet|tap)/.test(line))),
      ...(existsSync(machines) ? readdirSync(machines, { recursive: true, encoding: 'utf8' }) : []),
    ];
  }

  get #id(): string | undefined {
    const file = join(this.#cli.home, 'home.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { id: string }).id : undefined;
  }

  #preloaded(): NodeJS.ProcessEnv {
    return { LD_PRELOAD: this.#shim, CRASH_ROOT: this.#cli.home };
  }

  /** Images are big, and lie in memory here. */
  async close(name: string): Promise<void> {
    await this.run(['rm', '-f', '-y', name]);
    rmSync(dirname(this.#cli.home), { recursive: true });
  }
}

/** So many of them, from the first to the last, always the same. */
export function spread<T>(all: readonly T[], wanted: number): T[] {
  if (all.length <= wanted) return [...all];
  return Array.from({ length: wanted }, (_, index) => all[Math.round((index * (all.length - 1)) / (wanted - 1))] as T);
}
