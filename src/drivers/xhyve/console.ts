import { constants, openSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { ReadStream, WriteStream } from 'node:tty';

import { HvError } from '../../errors';
import { textOf } from '../../files';
import type { DriverMachine } from '../driver';
import { processesOf } from './process';
import type { RunFiles } from './run-files';

const NO_WAITING = constants.O_NOCTTY | constants.O_NONBLOCK;

/** The machine's console, in both directions. Everybody who has it open reads a part of what it prints. */
export async function openConsole(machine: DriverMachine, run: RunFiles): Promise<Duplex> {
  if (!(await processesOf(run)).vm) {
    throw new HvError({ code: 'ERR_NOT_RUNNING', message: 'Host is not running', hint: `hvkit start ${machine.name}` });
  }
  return new Terminal(await terminalOf(machine, run));
}

/** A terminal of this host, with the guest at its other end. */
class Terminal extends Duplex {
  readonly #input: ReadStream;
  readonly #output: WriteStream;

  constructor(path: string) {
    super();
    this.#input = new ReadStream(openSync(path, constants.O_RDONLY | NO_WAITING));
    // What is typed reaches the guest as it is, and only the guest shows it.
    this.#input.setRawMode(true);
    this.#output = new WriteStream(openSync(path, constants.O_WRONLY | NO_WAITING));
    this.#input
      .on('data', (chunk) => {
        if (!this.push(chunk)) this.#input.pause();
      })
      .on('end', () => this.push(null))
      .on('error', (error: NodeJS.ErrnoException) => {
        // How a terminal ends whose other end is gone.
        if (error.code === 'EIO') this.push(null);
        else this.destroy(error);
      });
    this.#output.on('error', (error: Error) => {
      this.destroy(error);
    });
  }

  override _read(): void {
    this.#input.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#output.write(chunk, (error) => {
      done(error ?? null);
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#input.destroy();
    this.#output.destroy();
    done(error);
  }
}

async function terminalOf({ name }: DriverMachine, { terminal }: RunFiles): Promise<string> {
  const path = await textOf(terminal);
  if (path !== undefined) return path;
  throw new HvError({
    code: 'ERR_XHYVE_CONSOLE',
    message: `The machine "${name}" has no console yet: hyperkit has just been started`,
    hint: `hvkit console ${name}`,
  });
}
