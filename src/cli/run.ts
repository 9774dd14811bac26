import type { Writable } from 'node:stream';

import { CommanderError } from 'commander';

import { Context, type RunOptions } from './context';
import { longOptions } from './docker-machine/long-options';
import { HAND_ON, programFor } from './program';

export type { RunOptions } from './context';

/** The command line as a function: runs what these arguments say, and resolves with the exit status. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<number> {
  const context = new Context(options);
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    context.stopPrinting();
    // Whoever read has read enough: work that is under way goes on, what only prints stops.
    if (error.code !== 'EPIPE') context.failed(error);
  };
  // Where errors are told there is nowhere to tell of this one.
  const ignore = (): void => undefined;
  context.stdout.on('error', onOutputError);
  context.stderr.on('error', ignore);
  try {
    return await Promise.race([perform(argv, context), context.left]);
  } finally {
    context.stdout.off('error', onOutputError);
    context.stderr.off('error', ignore);
  }
}

async function perform(given: readonly string[], context: Context): Promise<number> {
  const argv = context.face.readsAsGo ? longOptions(given, HAND_ON) : given;
  try {
    const program = await programFor(argv, context);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (isHelpInstead(error)) context.status = context.face.usageStatus;
    else if (!isHelp(error)) context.failed(error);
  }
  try {
    await context.close();
  } catch (error) {
    context.failed(error);
  }
  await Promise.all([drained(context.stdout), drained(context.stderr)]);
  return context.status;
}

/** Commander ends help and --version by an error as well. */
function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

/** A command that wants another one behind it, as `image` does: its help is printed by now, and says all there is to say. */
function isHelpInstead(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help' && !isHelp(error);
}

/** Whoever calls run() may exit next: what was written must be out by then. */
async function drained(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    stream.once('error', () => {
      resolve();
    });
    stream.write('', () => {
      resolve();
    });
  });
}
