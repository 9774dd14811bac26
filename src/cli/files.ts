import { readFileSync } from 'node:fs';

import { UsageError } from './report';

/** A file that an option names. */
export function readText(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`, 'name a file that can be read');
  }
}
