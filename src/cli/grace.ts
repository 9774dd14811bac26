import { Option } from 'commander';

import { seconds } from './option';

const MS = 1000;

/** `--grace 30`; without it the library has its own period. */
export function graceOption(): Option {
  return new Option('--grace <seconds>', 'how long its system has to shut down before the plug is pulled').argParser(
    seconds,
  );
}

export function graceOf(grace: number | undefined): { graceMs?: number } {
  return grace === undefined ? {} : { graceMs: grace * MS };
}
