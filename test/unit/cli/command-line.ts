import { Readable, Writable } from 'node:stream';

import { run, type RunOptions } from '../../../src/cli/run';

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
}

/** Collects what is written to it. */
export class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** As a pipe to `head`: it takes something, and is closed then. */
export class Head extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error: Error) => void): void {
    this.text += chunk.toString();
    done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  }
}

/** Runs a command line in this process, without a terminal. */
export async function hvkit(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const stdout = new Sink();
  const stderr = new Sink();
  const status = await run(argv, { env: {}, stdin: Readable.from([]), stdout, stderr, ...options });
  return { status, stdout: stdout.text, stderr: stderr.text };
}
