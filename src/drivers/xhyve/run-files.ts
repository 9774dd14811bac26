import { join } from 'node:path';

import type { Home } from '../driver';

/** Each machine has a hyperkit of its own, to which it is the only guest. */
export const GUEST_CID = 3;

/** What comes and goes with a machine's process. */
export interface RunFiles {
  readonly folder: string;
  /** Says whose it is, for the day on which its machine is gone. */
  readonly mark: string;
  /** The pid of what starts hyperkit again when its guest was reset. */
  readonly keeper: string;
  /** That it is to start it again. */
  readonly again: string;
  /** hyperkit's pid, written by itself. */
  readonly pidfile: string;
  /** With what status hyperkit ended. */
  readonly ended: string;
  /** Which process was paused. */
  readonly paused: string;
  /** What hyperkit says. */
  readonly log: string;
  /** Holds the name of the console's terminal. */
  readonly terminal: string;
  /** The last 64 KiB that the console printed. */
  readonly ring: string;
  /** The same of before the guest's last reset. */
  readonly ringBefore: string;
  /** Where the server of a shared folder listens. */
  share(index: number): string;
  /** Where a port of the guest's (vsock) listens, as hyperkit calls it. It makes a link `guest.<port>` to it. */
  port(number: number): string;
}

/** Beside the machines' own folders: a process whose machine is gone is found there. */
export function runFolders({ path }: Pick<Home, 'path'>): string {
  return join(path, 'xhyve');
}

export function runFilesOf(home: Pick<Home, 'path'>, uuid: string): RunFiles {
  const folder = join(runFolders(home), uuid);
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    mark: path('machine.json'),
    keeper: path('keeper.pid'),
    again: path('again'),
    pidfile: path('hyperkit.pid'),
    ended: path('ended'),
    paused: path('paused.json'),
    log: path('hyperkit.log'),
    terminal: path('console'),
    ring: path('console.ring'),
    ringBefore: path('console.before'),
    share: (index) => path(`share${index}`),
    port: (number) => path(`${digits(GUEST_CID)}.${digits(number)}`),
  };
}

const digits = (number: number): string => number.toString(16).padStart(8, '0');
