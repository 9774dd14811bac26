import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What makes processes slower than they are, as the sanitizers do, says so. */
const SLOWER = Number(process.env['HVKIT_SLOWER'] ?? 1);

export interface ChildResult {
  /** null when a signal ended it: a crash, or `timeout`. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface ChildOptions {
  nodeOptions?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Milliseconds after which it is taken to hang and killed. */
  timeout?: number;
  cwd?: string;
}

/** Runs a script of children/ in a process of its own, which may crash or exit without harm to the tests. */
export async function runChild(
  script: string,
  args: readonly string[] = [],
  { nodeOptions = [], env = {}, timeout = 60_000, cwd }: ChildOptions = {},
): Promise<ChildResult> {
  const file = join(__dirname, 'children', script);
  const child = spawn(process.execPath, [...nodeOptions, file, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeout * SLOWER,
    killSignal: 'SIGKILL',
  });
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, stdout, stderr };
}
