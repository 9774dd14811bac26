import type { Command } from 'commander';

import type { Context } from '../context';
import { copy, inFolder, parsePlace } from '../copy';
import { examples } from '../examples';
import { interruptible } from '../interrupt';
import { UsageError } from '../report';
import { showing } from '../progress';

interface ScpOptions {
  recursive?: boolean;
  quiet?: true;
  delta?: true;
}

const INTERRUPTED = {
  first: 'Interrupted: files that are not whole yet are not kept.',
  second: 'Interrupted again.',
};

export function configure(command: Command, context: Context): void {
  command
    .argument('[source...]', 'a path, or machine:path; the last one is the destination')
    .option('-r, --recursive', 'folders, with what is in them')
    .option('-q, --quiet', 'show no progress')
    .option('-d, --delta', 'send only what differs, by rsync, which both sides need; no progress is shown')
    .action(async (paths: string[], { recursive = false, quiet, delta }: ScpOptions) => {
      const places = paths.map(parsePlace);
      const destination = places.pop();
      if (destination === undefined || places.length === 0) {
        throw new UsageError('A source and a destination are needed', 'hvkit scp notes.txt dev:');
      }
      if ([...places, destination].every(({ machine }) => machine === undefined)) {
        throw new UsageError('Neither side is on a machine', 'write machine:path; a path with a colon in it as ./a:b');
      }
      await interruptible(context, INTERRUPTED, (signal) =>
        showing(context, async (view) => {
          for (const source of places) {
            await copy(context, source, places.length > 1 ? inFolder(destination) : destination, {
              signal,
              recursive,
              ...(delta && { delta }),
              ...(!quiet && {
                onProgress: (file, done, total) => {
                  view.update({
                    machine: file,
                    stage: 'ready',
                    message: 'copied',
                    fraction: total === 0 ? 1 : done / total,
                  });
                },
              }),
            });
          }
        }),
      );
    });
  examples(command, [
    ['hvkit scp notes.txt dev:', "into the user's home"],
    ['hvkit scp -r dev:results ./results', ''],
    ['hvkit scp -d -r site dev:', 'again, after little has changed'],
    ['hvkit scp web:/etc/hosts db:/tmp/hosts', 'from one machine to another'],
  ]);
}
