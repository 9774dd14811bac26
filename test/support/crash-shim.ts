import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is done below a home, as crash-shim.c names it: `rename 3 ~/machines/dev/machine.json`. */
export interface Crash {
  when: 'before' | 'after';
  step: string;
}

/** How a process that was to be killed ended. */
export interface Ended {
  killed: boolean;
  /** What it did below the home until then. */
  steps: readonly string[];
}

/** Steps that end side by side are sometimes written down together: then a run has fewer, and the next one has them again. */
const TRIES = 8;

/** The built shim, and the logs of the processes that are run with it. */
export class CrashShim implements Disposable {
  // The linker takes a space for the end of a name.
  readonly #folder = mkdtempSync(join(tmpdir(), 'hvkit-'));
  readonly #library = join(this.#folder, 'crash-shim.so');
  #logs = 0;

  constructor() {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', this.#library, join(__dirname, 'crash-shim.c'), '-ldl']);
  }

  /** For one process: the environment in which it logs its steps, and dies at `crash`; and what it logged. */
  watch(home: string, crash?: Crash): { env: NodeJS.ProcessEnv; steps: () => string[] } {
    const log = join(this.#folder, `${(this.#logs += 1)}.log`);
    return {
      env: {
        LD_PRELOAD: this.#library,
        CRASH_ROOT: home,
        CRASH_LOG: log,
        ...(crash && { CRASH_AT: `${crash.when} ${crash.step}` }),
      },
      steps: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Each step, before it and after it. */
export function crashesAt(steps: readonly string[]): Crash[] {
  return steps.flatMap((step) => [
    { when: 'before', step },
    { when: 'after', step },
  ]);
}

/**
 * Runs until one is killed at `crash`. A run may come to its end instead only if its own log shows that it did not take this
 * step; what it left is then made anew by `again`.
 */
export async function untilKilled(crash: Crash, run: () => Promise<Ended>, again: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { killed, steps } = await run();
    const isThere = steps.includes(crash.step);
    if (killed && isThere) return;
    if (killed) throw new Error(`killed, but not ${crash.when} ${crash.step}: ${steps.join(', ')}`);
    if (isThere) throw new Error(`not killed ${crash.when} ${crash.step}, although it came to it`);
    if (tries === TRIES) {
      throw new Error(`none of ${TRIES} runs came to ${crash.step}; the last one: ${steps.join(', ')}`);
    }
    await again();
  }
}
