import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the numbers depend on. Read before the run, so that the load is not that of the run itself. */
export function machine() {
  const processors = cpus();
  return {
    Date: new Date().toISOString().slice(0, 10),
    Processor: `${processors[0].model.trim()}, ${processors.length} cores`,
    Memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    System: `${type()} ${release()}`,
    'Load before the run': loadavg()[0].toFixed(2),
    'Node.js': process.versions.node,
  };
}
