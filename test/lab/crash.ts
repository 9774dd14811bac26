import { execFileSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Crash, CrashShim, Ended } from '../support/crash-shim';
import { Cli, type Outcome } from './cli';
import { traces } from './traces';

/** Where a command is killed: at a step that it takes below the home, or when it has said something. */
export type Moment = Crash | { said: string };

export function describe(moment: Moment): string {
  return 'said' in moment ? `at "${moment.said}"` : `${moment.when} ${moment.step}`;
}

type Start = (env: NodeJS.ProcessEnv, args: readonly string[]) => ChildProcessWithoutNullStreams;

/** Commands that are killed in the middle. */
export class Killable {
  readonly #start: Start;
  readonly #shim: CrashShim;
  readonly #home: string;

  constructor(start: Start, { shim, home }: { shim: CrashShim; home: string }) {
    this.#start = start;
    this.#shim = shim;
    this.#home = home;
  }

  async run(args: readonly string[], env: NodeJS.ProcessEnv = {}, killAt?: string): Promise<Outcome> {
    const child = this.#start(env, args);
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
  async stepsOf(args: readonly string[]): Promise<readonly string[]> {
    const { killed, steps } = await this.runTo(args, undefined);
    if (killed) throw new Error(`hvkit ${args.join(' ')} was killed`);
    return steps;
  }

  /** Runs it until it is killed there; or to its end, which has to be a good one. */
  async runTo(args: readonly string[], moment: Moment | undefined): Promise<Ended> {
    const said = moment && 'said' in moment ? moment.said : undefined;
    const { env, steps } = this.#shim.watch(this.#home, moment && 'step' in moment ? moment : undefined);
    const { status, stdout, stderr } = await this.run(args, env, said);
    if (stderr.endsWith('ended by SIGKILL')) return { killed: true, steps: steps() };
    if (status === 0) return { killed: false, steps: steps() };
    throw new Error(`hvkit ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  }
}

/** A home whose machines are libvirt's, and commands that are killed in the middle. */
export class CrashHome extends Killable {
  readonly #cli: Cli;

  constructor(shim: CrashShim) {
    const cli = new Cli();
    super((env, args) => cli.startWith(env, ...args), { shim, home: cli.home });
    this.#cli = cli;
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
