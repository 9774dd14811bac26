import { namesIn } from '../../files';
import type { DriverContext, DriverMachine, Orphan } from '../driver';
import type { XhyveHost } from './host';
import { kill } from './lifecycle';
import { release } from './network';
import { processesOf } from './process';
import { markOf, removeFolder } from './run-folder';
import { runFilesOf, runFolders } from './run-files';

/** What runs, or ran, for a machine that is gone: each has a folder here, with its mark. */
export async function orphansOf(
  { home }: DriverContext,
  machines: readonly DriverMachine[],
  host: XhyveHost,
): Promise<Orphan[]> {
  const known = new Set(machines.map(({ uuid }) => uuid));
  const names = (await namesIn(runFolders(home))).filter((name) => !known.has(name));
  return Promise.all(
    names.map(async (uuid) => {
      const run = runFilesOf(home, uuid);
      const mark = await markOf(run);
      const whose = mark ? `of a machine "${mark.name}"` : 'of nobody';
      const { vm, keeper } = await processesOf(run);
      const process = vm ?? keeper;
      const name = process ? `hyperkit process ${process.pid} ${whose}` : `folder ${run.folder} ${whose}`;
      return {
        kind: 'process',
        name,
        delete: async () => {
          await kill(run);
          if (mark) await release(mark.mac, host);
          await removeFolder(run);
        },
      };
    }),
  );
}
