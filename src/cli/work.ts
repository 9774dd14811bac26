import type { WorkOptions } from '../index';
import type { Context } from './context';
import { interruptible, isAbort, type InterruptWords } from './interrupt';
import { showing } from './progress';
import { codeOf, hintOf, messageOf } from './report';
import { forEach } from './targets';

export interface Job {
  /** `Starting`: what the line of a machine says at first. */
  doing: string;
  interrupted: InterruptWords;
  /** Does it to one, and answers with the sentence that says so. */
  work(name: string, options: Required<WorkOptions>): Promise<string>;
}

/** Long work on several machines at once, shown as it goes, and ended in order by Ctrl-C. */
export async function workOnEach(context: Context, names: readonly string[], job: Job): Promise<void> {
  await interruptible(context, job.interrupted, (signal) =>
    showing(context, async (view) => {
      await forEach(context, names, async (name) => {
        view.update({ machine: name, stage: 'check', message: job.doing });
        try {
          const sentence = await job.work(name, { signal, onProgress: view.update.bind(view) });
          view.end(name);
          context.tell(sentence);
        } catch (error) {
          view.end(name);
          if (!signal.aborted || !isAbort(error)) throw error;
          // What became of it: `nothing had been made`. Of a wait that ended, all has been said.
          if (codeOf(error) !== undefined) context.say(`${messageOf(error)}.`);
          const hint = hintOf(error);
          if (codeOf(error) !== undefined && hint !== undefined) context.say(`Try: ${hint}`);
        }
      });
    }),
  );
}
