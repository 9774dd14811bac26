import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { failure } from '../report';
import { target } from '../targets';

/** As shells have it. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

export function configure(command: Command, context: Context): void {
  command
    .argument('[machine]', 'default: the machine `default`')
    .argument('[command...]', 'run this instead of your shell')
    .passThroughOptions()
    .action(async (name: string | undefined, given: string[]) => {
      const { dockerVariables } = require('../../index') as typeof import('../../index');
      const machine = await target(context, name);
      const variables = dockerVariables(machine.name, await machine.docker());
      const words = given[0] === '--' ? given.slice(1) : given;
      const [program = shellIn(context.env), ...rest] = words;
      context.status = await statusOf(context, { ...context.env, ...variables }, [program, rest]);
    });
  command.addHelpText(
    'after',
    `
With the environment that hvkit env tells of, and without changing that of your shell: leave it with exit. The exit status is
that of the command.`,
  );
  examples(command, [
    ['hvkit use dev docker ps', ''],
    ['hvkit use dev', 'a shell'],
  ]);
}

function shellIn({ SHELL, ComSpec }: NodeJS.ProcessEnv): string {
  return SHELL ?? ComSpec ?? '/bin/sh';
}

/** Runs a program in the place of this one, as far as that can be had. */
async function statusOf(
  context: Context,
  env: NodeJS.ProcessEnv,
  [program, words]: readonly [string, readonly string[]],
): Promise<number> {
  const { spawn } = require('node:child_process') as typeof import('node:child_process');
  const { stdin, stdout, stderr } = context;
  const isOwn = stdin === process.stdin && stdout === process.stdout;
  const child: ChildProcess = spawn(program, words, { env, stdio: isOwn ? 'inherit' : 'pipe' });
  if (child.stdin) stdin.pipe(child.stdin);
  child.stdout?.pipe(stdout, { end: false });
  child.stderr?.pipe(stderr, { end: false });
  // From the keyboard it has it too, and decides what it means.
  const ignore = (): void => undefined;
  const pass = (name: NodeJS.Signals): void => {
    child.kill(name);
  };
  process.on('SIGINT', ignore).on('SIGQUIT', ignore).on('SIGTERM', pass).on('SIGHUP', pass);
  try {
    return await new Promise<number>((resolve) => {
      child.once('error', (cause: NodeJS.ErrnoException) => {
        const isThere = cause.code !== 'ENOENT';
        const message = isThere ? `${program} cannot be run: ${cause.message}` : `There is no program ${program}`;
        context.failed(failure({ code: 'ERR_NO_PROGRAM', message, cause }));
        resolve(isThere ? NOT_RUNNABLE : NOT_FOUND);
      });
      child.once('close', (status, signal) => {
        resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    process.off('SIGINT', ignore).off('SIGQUIT', ignore).off('SIGTERM', pass).off('SIGHUP', pass);
  }
}
