import { resolve } from 'node:path';

import type { Command } from 'commander';

import type { Context } from '../context';
import { examples } from '../examples';
import { UsageError } from '../report';
import { target } from '../targets';

export function configure(command: Command, context: Context): void {
  command
    .argument('[source]', 'a folder of a machine: machine:path')
    .argument('[mountpoint]', 'a folder of this host; default: the same path')
    .option('-u, --unmount', 'take it away again')
    .action(async (source: string | undefined, mountPoint: string | undefined, { unmount }: { unmount?: true }) => {
      if (source === undefined) throw new UsageError('No folder specified', 'hvkit mount dev:/srv ./srv');
      const { user, name, path } = placeIn(source);
      const place = mountPoint ?? path;
      if (place === '') throw new UsageError(`"${source}" names no folder`, 'hvkit mount dev:/srv ./srv');
      if (unmount) {
        await context.hvkit.unmount(place);
        return;
      }
      const { share } = await (await target(context, name)).mount({ path, mountPoint: place, user });
      if (share === undefined) return;
      const way = resolve(place) === share ? '' : `, where ${place} leads to`;
      context.print(`${source} is a share: its files are in ${share} of this host${way}.`);
    });
  command.addHelpText(
    'after',
    `
By sshfs, which has to be installed. Folders of this host reach a machine the other way: hvkit create --share. What is such a share
needs no sshfs: the empty folder becomes a link to the files, which are on this host, until -u makes it a folder again.`,
  );
  examples(command, [
    ['hvkit mount dev:/srv ./srv', ''],
    ['hvkit mount -u dev:/srv ./srv', ''],
  ]);
}

/** `[user@][machine:]path`. */
function placeIn(source: string): { user?: string; name?: string; path: string } {
  const [, user, name, path = ''] = /^(?:(?:([^@:/]+)@)?([^:/@]+):)?(.*)$/s.exec(source) ?? [];
  return { path, ...(user !== undefined && { user }), ...(name !== undefined && { name }) };
}
