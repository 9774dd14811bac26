import type { Progress } from '../index';
import type { Context } from './context';
import { ProgressLines } from './progress-lines';

/** Where lines are only added, a stage that goes on is told of so often: at each quarter. */
const STEPS = 4;

/** Shows how far each machine has come: on a terminal by a line each, drawn anew; elsewhere by a line for each step. */
export interface ProgressView {
  update(progress: Progress): void;
  /** What became of it, the command says in a sentence of its own. */
  end(name: string): void;
}

/** Runs work with a view of it. */
export async function showing(context: Context, work: (view: ProgressView) => Promise<void>): Promise<void> {
  if (context.plain) {
    await work(new AddedLines(context));
    return;
  }
  const lines = new ProgressLines(context);
  context.screen = lines;
  try {
    await work(lines);
  } finally {
    lines.close();
    context.screen = undefined;
  }
}

class AddedLines implements ProgressView {
  readonly #context: Context;
  readonly #told = new Map<string, string>();

  constructor(context: Context) {
    this.#context = context;
  }

  update({ machine, message, fraction = 0 }: Progress): void {
    const quarter = Math.floor(fraction * STEPS);
    const line = `${machine}: ${message}${quarter > 0 ? ` ${(quarter * 100) / STEPS}%` : ''}`;
    if (this.#told.get(machine) === line) return;
    this.#told.set(machine, line);
    this.#context.say(line);
  }

  end(): void {
    // Nothing is left on the screen that would have to be put right.
  }
}
