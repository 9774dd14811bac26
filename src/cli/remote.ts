import type { Context } from './context';
import { codeOf } from './report';

/** As ssh has it: no status of the remote command is known. */
const NO_CONNECTION = 255;
/** As of a program that SIGPIPE ended. */
const READER_GONE = 141;

/** What runs in a machine, and ends with its status; where the machine is not reached, a script can tell that apart. */
export async function inMachine(context: Context, work: () => Promise<number>): Promise<void> {
  try {
    context.status = await work();
  } catch (error) {
    if (context.readerGone.aborted) {
      context.status = READER_GONE;
      return;
    }
    if (!/^ERR_(?:NOT_RUNNING|UNFINISHED|NO_ADDRESS|SSH_.*)$/.test(codeOf(error) ?? '')) throw error;
    context.failed(error);
    context.status = NO_CONNECTION;
  }
}
