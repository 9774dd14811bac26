import type { Machine } from '../index';
import type { Context } from './context';
import { codeOf, failure, statusOf, UsageError } from './report';

const DEFAULT = 'default';

/** The machine that is named; the machine `default` if none is. */
export async function target(context: Context, name: string | undefined): Promise<Machine> {
  if (name !== undefined) return context.hvkit.machine(name);
  try {
    return await context.hvkit.machine(DEFAULT);
  } catch (error) {
    if (codeOf(error) !== 'ERR_NO_MACHINE') throw error;
    throw failure({
      code: 'ERR_NO_DEFAULT',
      message: `No machine name(s) specified and no "${DEFAULT}" machine exists`,
      hint: 'Name one of those that `hvkit ls` shows',
      cause: error,
    });
  }
}

/** The names that are given, each once; all there are with `--all`; else `default`. */
export async function targets(context: Context, names: readonly string[], all = false): Promise<readonly string[]> {
  if (all) {
    if (names.length > 0) throw new UsageError('Names and --all exclude each other');
    return (await context.hvkit.list()).map(({ name }) => name);
  }
  return names.length > 0 ? [...new Set(names)] : [(await target(context, undefined)).name];
}

/** Does the same with several machines at once. Each failure is told as it comes, and keeps the others from nothing. */
export async function forEach(
  context: Context,
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      try {
        await work(name);
      } catch (error) {
        // What is wrong with the command line is wrong for all of them.
        context.failed(error, names.length > 1 && statusOf(error) !== 2 ? name : undefined);
      }
    }),
  );
}
