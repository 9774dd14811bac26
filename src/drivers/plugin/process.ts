import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { HvError } from '../../errors';

/** What docker-machine gives to its drivers: without it they say that they are no program for people. */
const TOKEN = { MACHINE_PLUGIN_TOKEN: '42' };
/** The program's last words, as an error tells them. */
const WORDS = 10;
const LONGEST_WORD = 500;
/** For the program to go when it was told to. */
const FAREWELL_MS = 2000;
const LAST_WORDS_MS = 500;

export interface Program {
  /** Of the driver: `amazonec2`. */
  name: string;
  file: string;
  env: NodeJS.ProcessEnv;
}

/** Those that run: they go when this process goes, in whatever way it does that tells of it. */
const RUNNING = new Set<ChildProcess>();

/** A driver's program that runs, and listens. */
export class PluginProcess {
  readonly address: { host: string; port: number };
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  /** Who is told what it tells people, line by line. */
  onLine: ((line: string) => void) | undefined;
  readonly #child: ChildProcess;
  readonly #words: readonly string[];

  /** The first line that it prints is the address where it listens. */
  static async start(
    { name, file, env }: Program,
    { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
  ): Promise<PluginProcess> {
    signal?.throwIfAborted();
    const child = spawn(file, [], {
      env: { ...env, ...TOKEN, MACHINE_PLUGIN_DRIVER_NAME: name },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C is for hvkit, which lets it finish or tells it to take back what it made.
      detached: true,
    });
    const words: string[] = [];
    const hear = (line: string): void => {
      words.push(line.slice(0, LONGEST_WORD));
      if (words.length > WORDS) words.shift();
    };
    const ended = endOf(child);
    createInterface(child.stderr).on('line', hear);
    const said = createInterface(child.stdout);
    const listeners = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    try {
      const line = await new Promise<string>((resolve, reject) => {
        const fail = (why: string): void => {
          reject(doesNotStart(file, why, words));
        };
        timer = setTimeout(() => {
          fail(`it did not say within ${(timeoutMs / 1000).toFixed(1)} s where it listens`);
        }, timeoutMs);
        const onAbort = (): void => {
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', onAbort, { signal: listeners.signal });
        said.once('line', resolve);
        void ended.then(fail);
      });
      const address = addressIn(line);
      if (!address) {
        const says = JSON.stringify(line.slice(0, 200));
        throw doesNotStart(file, `it says ${says}, and not where it listens on 127.0.0.1`, words);
      }
      const started = new PluginProcess(child, { address, ended, words });
      said.on('line', (each) => {
        hear(each);
        started.onLine?.(each);
      });
      return started;
    } catch (error) {
      child.kill('SIGKILL');
      release(child);
      throw error;
    } finally {
      clearTimeout(timer);
      listeners.abort();
    }
  }

  private constructor(
    child: ChildProcess,
    of: { address: PluginProcess['address']; ended: Promise<string>; words: readonly string[] },
  ) {
    this.#child = child;
    this.address = of.address;
    this.ended = of.ended;
    this.#words = of.words;
    // It waits for us, and we not for it.
    child.unref();
    for (const pipe of [child.stdout, child.stderr]) (pipe as { unref?(): void } | null)?.unref?.();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it said last. */
  get words(): readonly string[] {
    return this.#words;
  }

  /** It was told to go, or does not answer. */
  async end(graceMs = FAREWELL_MS): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    this.#child.ref();
    await this.ended;
    clearTimeout(timer);
    release(this.#child);
  }
}

function endOf(child: ChildProcess): Promise<string> {
  if (RUNNING.size === 0) process.on('exit', killAll);
  RUNNING.add(child);
  return new Promise((resolve) => {
    const end = (how: string): void => {
      RUNNING.delete(child);
      if (RUNNING.size === 0) process.off('exit', killAll);
      resolve(how);
    };
    child.once('error', (error) => {
      end(error.message);
    });
    child.once('exit', (status, signal) => {
      const how = `it ended with ${status === null ? (signal ?? 'no status') : `status ${status}`}`;
      const tell = (): void => {
        end(how);
      };
      // Its last words are to be heard; but what it has started may hold its pipes open.
      child.once('close', tell);
      setTimeout(tell, LAST_WORDS_MS).unref();
    });
  });
}

function killAll(): void {
  for (const child of RUNNING) child.kill('SIGKILL');
}

/** What it has started may hold its pipes. */
function release(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Whatever asks for more than this host's loopback is refused: the protocol knows no password. */
function addressIn(line: string): { host: string; port: number } | undefined {
  const [, v4, v6, digits] = /^(?:(127(?:\.\d{1,3}){3})|\[(::1)\]):(\d{1,5})$/.exec(line.trim()) ?? [];
  const host = v4 ?? v6;
  const port = Number(digits);
  return host !== undefined && port > 0 && port < 65_536 ? { host, port } : undefined;
}

function doesNotStart(file: string, why: string, words: readonly string[]): HvError {
  return new HvError({
    code: 'ERR_PLUGIN_START',
    message: [`The driver's program ${file} does not start: ${why}`, ...words.map((line) => `  ${line}`)].join('\n'),
    hint: 'Is it one for docker-machine? Its own documentation tells what it needs.',
  });
}
