import { watch } from 'node:fs';

import type { MachineRecord } from './machine-file';
import { look } from './survey';
import type { Workplace } from './workplace';

export interface Gone {
  /** Aborts when the machine is there no more; another one of its name may be. */
  signal: AbortSignal;
  close(): void;
}

/** Who waits for what comes of a machine must hear that nothing will. Keeps no process alive by itself. */
export function whenGone({ home, store }: Workplace, { name, uuid }: MachineRecord): Gone {
  const gone = new AbortController();
  const lookAgain = async (): Promise<void> => {
    const found = await look(store, name);
    // One whose file cannot be read is there.
    if (found !== undefined && ('error' in found || found.uuid === uuid)) return;
    watcher.close();
    gone.abort();
  };
  const watcher = watch(home.machines, { persistent: false }, (_, changed) => {
    if (changed === null || changed === name) void lookAgain();
  });
  // The home itself is gone.
  watcher.on('error', () => {
    gone.abort();
  });
  void lookAgain();
  return {
    signal: gone.signal,
    close: () => {
      watcher.close();
    },
  };
}
