import type { Command } from 'commander';

import type { HvError, WorkOptions } from '../../index';
import type { Context } from '../context';
import { confirm } from '../confirm';
import { examples } from '../examples';
import { codeOf, failure, hintOf, messageOf, UsageError } from '../report';
import { forEach } from '../targets';
import { workOnEach } from '../work';

interface RmOptions {
  yes?: true;
  force?: true;
}

const INTERRUPTED = {
  first: 'Interrupted: ending the step that is under way.',
  second: 'Interrupted again. What is left is known: the same hvkit rm goes on where this one stopped.',
};

export function configure(command: Command, context: Context): void {
  command
    .argument('[machines...]')
    .option('-y, --yes', 'do not ask')
    .option('-f, --force', 'do not ask, and forget the machine even if its hypervisor cannot be asked')
    .action(async (given: string[], options: RmOptions) => {
      if (given.length === 0) throw new UsageError('Expected to get one or more machine names as arguments');
      const names = await agreed(context, [...new Set(given)], options);
      if (names.length === 0) return;
      await workOnEach(context, names, {
        doing: 'removing',
        interrupted: INTERRUPTED,
        work: (name, work) => remove(context, name, { ...work, force: options.force === true }),
      });
    });
  examples(command, [
    ['hvkit rm dev', 'asks first'],
    ['hvkit rm -y web db', 'both at once'],
    ['hvkit rm -f dev', 'also when it is not there: exit status 0'],
  ]);
}

/** Which may be removed. Nobody is asked about what there is not. */
async function agreed(
  context: Context,
  given: readonly string[],
  { yes, force }: RmOptions,
): Promise<readonly string[]> {
  if (yes || force) return given;
  const there = new Set<string>();
  await forEach(context, given, async (name) => {
    try {
      await context.hvkit.machine(name);
    } catch (error) {
      throw notRemoved(name, error);
    }
    there.add(name);
  });
  const names = given.filter((name) => there.has(name));
  if (names.length === 0) return [];
  const question = `About to remove ${names.join(', ')}, with all that is on it.`;
  return (await confirm(context, question, `hvkit rm -y ${names.join(' ')}`)) ? names : [];
}

async function remove(context: Context, name: string, options: WorkOptions & { force: boolean }): Promise<string> {
  try {
    const machine = await context.hvkit.machine(name);
    await machine.remove(options);
  } catch (error) {
    if (codeOf(error) === 'ABORT_ERR') throw error;
    if (codeOf(error) === 'ERR_NO_MACHINE' && options.force) return `${messageOf(error)}.`;
    throw notRemoved(name, error);
  }
  return `Successfully removed ${name}`;
}

/** In docker-machine's words, which scripts look for. */
function notRemoved(name: string, cause: unknown): HvError {
  return failure({
    code: 'ERR_REMOVE',
    message: `Error removing host "${name}": ${messageOf(cause).replace(/\.$/, '')}.`,
    hint: hintOf(cause, 'rm'),
    cause,
  });
}
