import type { Context } from './context';
import { codeOf } from './report';

/** As ssh has it: no status of the remote command is known. */
const NO_CONNECTION = 255;

/** What runs in a machine, and ends with its status; where the machine is not reached, a script can tell that apart. */
export async function inMachine(context: Context, work: () => Promise<number>): Promise<void> {
  try {
    context.status = await work();
  } catch (error) {
    if (!/^ERR_(?:NOT_RUNNING|SSH_.*)$/.test(codeOf(error) ?? '')) throw error;
    context.failed(error);
    context.status = NO_CONNECTION;
  }
}
