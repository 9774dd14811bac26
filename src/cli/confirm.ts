import { createInterface } from 'node:readline';

import type { Context } from './context';
import { failure } from './report';

/** Asks, on a terminal. Without one nobody can answer: it is refused, unless `--yes` was given beforehand. */
export async function confirm(context: Context, question: string, howToSayYes: string): Promise<boolean> {
  if (context.stdin.isTTY !== true) {
    throw failure({
      code: 'ERR_NOT_CONFIRMED',
      message: `${question} There is no terminal to ask on`,
      hint: howToSayYes,
    });
  }
  const reader = createInterface({ input: context.stdin, output: context.stderr });
  const answer = await new Promise<string>((resolve) => {
    reader.on('SIGINT', () => {
      context.status = 130;
      reader.close();
    });
    // Also the end of the input, which is no answer.
    reader.on('close', () => {
      resolve('');
    });
    reader.question(`${question} (y/N): `, resolve);
  });
  reader.close();
  return /^y(?:es)?$/i.test(answer.trim());
}
