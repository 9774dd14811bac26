import { join } from 'node:path';

/** What a machine has in its folder. */
export interface MachineFiles {
  disk: string;
  seed: string;
  kernel: string;
  initrd: string;
  cdrom: string;
  /** hyperkit's own, which says that it runs. */
  pidfile: string;
  /** What hyperkit says. */
  log: string;
  /** Holds the name of the console's terminal. */
  terminal: string;
  /** The last 64 KiB that the console printed. */
  ring: string;
  /** Which process it is. */
  process: string;
}

export function filesOf(folder: string, format: 'raw' | 'qcow2'): MachineFiles {
  const path = (name: string): string => join(folder, name);
  return {
    ...runFiles(folder),
    disk: path(format === 'raw' ? 'disk.raw' : 'disk.qcow2'),
    seed: path('seed.iso'),
    kernel: path('kernel'),
    initrd: path('initrd'),
    cdrom: path('cdrom.iso'),
  };
}

/** Those that come and go with its process. */
export function runFiles(folder: string): Pick<MachineFiles, 'pidfile' | 'log' | 'terminal' | 'ring' | 'process'> {
  const path = (name: string): string => join(folder, name);
  return {
    pidfile: path('hyperkit.pid'),
    log: path('hyperkit.log'),
    terminal: path('console'),
    ring: path('console.ring'),
    process: path('process.json'),
  };
}
