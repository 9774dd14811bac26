import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Command } from 'commander';

import { confirm } from '../confirm';
import type { Context } from '../context';
import { examples } from '../examples';
import { interruptible } from '../interrupt';
import { showing } from '../progress';

const INTERRUPTED = {
  first: 'Interrupted: ending the step that is under way.',
  second: 'Interrupted again. What is left is known: the next hvkit purge goes on.',
};

export function configure(command: Command, context: Context): void {
  command.option('-y, --yes', 'do not ask').action(async ({ yes }: { yes?: true }) => {
    const { home } = context.hvkit;
    const question = `About to remove every machine of ${home}, with its networks, pools and cached images. Those taken over by import are only forgotten.`;
    if (!yes && !(await confirm(context, question, 'hvkit purge -y'))) return;
    await interruptible(context, INTERRUPTED, (signal) =>
      showing(context, async (view) => {
        await context.hvkit.purge({ signal, onProgress: view.update.bind(view) });
        context.print(`Nothing is left of ${home} on this host.`);
        const certificates = join(home, 'certs');
        // Hosts elsewhere may know this user by it, and it may be somebody's own.
        if (existsSync(certificates)) context.print(`Its CA stays, with the private key: ${certificates}`);
      }),
    );
  });
  examples(command, [
    ['hvkit purge', 'asks first'],
    ['hvkit -s /srv/other purge -y', 'what another home has made'],
  ]);
}
