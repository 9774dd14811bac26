import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Face } from './face';

export function version(): string {
  const text = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** As docker-machine words it. */
export function versionLine({ name, standsFor }: Face): string {
  const own = `hvkit version ${version()}`;
  return standsFor === undefined ? own : `${name} version ${standsFor}, build ${own}`;
}
