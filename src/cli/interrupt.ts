import { constants } from 'node:os';

import type { Context } from './context';
import { codeOf } from './report';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Until whoever waits is told that they need not: a hypervisor that hangs is waited for by its own deadlines. */
const SLOW_MS = 5000;
const SLOW = 'It takes a while. Another Ctrl-C leaves things as they are.';

export interface InterruptWords {
  /** Said at the first signal: what is done now. */
  first: string;
  /** Said at the second: what may be left behind, and how it is cleaned up. */
  second: string;
}

/**
 * Work that a signal ends in order. The first aborts what is under way, and the command ends when that has been undone; the
 * second leaves it as it is. The status is the shell's: 128 and the signal's number.
 */
export async function interruptible(
  context: Context,
  words: InterruptWords,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  let status = 0;
  let slow: NodeJS.Timeout | undefined;
  const tell = (line: string): void => {
    if (line !== '') context.say(line);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      tell(words.second);
      context.leave(status);
      return;
    }
    status = 128 + constants.signals[name];
    tell(words.first);
    if (words.second !== '') slow = setTimeout(tell, SLOW_MS, SLOW);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    if (!isAbort(error)) context.failed(error);
  } finally {
    clearTimeout(slow);
    for (const name of SIGNALS) process.off(name, onSignal);
    if (status !== 0) context.status = status;
  }
}

/** Whether this is what became of work that a signal ended. */
export function isAbort(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ABORT_ERR' || (error instanceof Error && error.name === 'AbortError');
}

/** What does nothing but print: it ends without a word when it is interrupted, or when nobody reads any more. */
export async function whilePrinting(context: Context, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  await interruptible(context, { first: '', second: '' }, async (interrupted) => {
    try {
      await work(AbortSignal.any([interrupted, context.readerGone]));
    } catch (error) {
      if (!context.readerGone.aborted) throw error;
    }
  });
}
