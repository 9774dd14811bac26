import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { TestHome } from '../../support/home';
import { quote } from '../../../src/ssh/quote';
import type { Ran } from './command-line';

const PROGRAM = join(__dirname, 'children', 'hvkit.js');

function environment(home: TestHome, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { PATH, HOME: home.folder.path, HVKIT_HOME: home.path, HVKIT_IMAGE: home.image, TERM: 'xterm', ...env };
}

/** hvkit as a process, with what it has printed so far. */
export class Program {
  protected readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  #wake: () => void = () => undefined;

  constructor(home: TestHome, argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.process = this.start(argv, environment(home, env));
    this.process.stdout?.on('data', (bytes: Buffer) => {
      this.stdout += bytes.toString();
      this.#wake();
    });
    this.process.stderr?.on('data', (bytes: Buffer) => {
      this.stderr += bytes.toString();
      this.#wake();
    });
    this.process.once('close', () => {
      this.#wake();
    });
  }

  protected start(argv: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    return spawn(process.execPath, [PROGRAM, ...argv], { env, stdio: 'pipe' });
  }

  async prints(what: RegExp): Promise<void> {
    while (!what.test(this.stdout) && !what.test(this.stderr)) {
      if (this.process.exitCode !== null) throw new Error(`It ended without ${what}:\n${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  type(keys: string): void {
    this.process.stdin?.write(keys);
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  async ends(): Promise<Ran> {
    if (this.process.exitCode === null) await once(this.process, 'close');
    return { status: this.process.exitCode ?? -1, stdout: this.stdout, stderr: this.stderr };
  }
}

/** The same on a terminal of 80 columns, where all of its output comes together. */
export class OnTerminal extends Program {
  protected override start(argv: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const line = ['exec', process.execPath, PROGRAM, ...argv].map(quote).join(' ');
    return spawn('script', ['-qefc', `stty rows 40 cols 80; ${line}`, '/dev/null'], { env, stdio: 'pipe' });
  }
}
