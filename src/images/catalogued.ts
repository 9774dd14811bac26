import { join } from 'node:path';

import type { Transfer } from './cache';
import type { CatalogueEntry } from './catalogue/data';
import { parseChecksum } from './checksum';
import { getBytes } from './http/get';
import type { Arch } from './image';
import type { Pulled, Pulls } from './pulls';
import type { ResolveOptions } from './work';

/** Pulls the newest image of an entry of the catalogue, compared with its distribution's own list of checksums. */
export async function pullEntry(
  entry: CatalogueEntry,
  arch: Arch,
  { home, pulls, transfer }: { home: string; pulls: Pulls; transfer: Transfer },
  options: ResolveOptions,
): Promise<Pulled> {
  const { resolveEntry } = require('./catalogue/catalogue') as typeof import('./catalogue/catalogue');
  const { signal, onProgress } = options;
  onProgress?.(`looking up the newest image of ${entry.name}`);
  // The way alone may have to vouch for a list: it stays on https.
  const fetch = (url: string) => getBytes(new URL(url), { ...transfer, signal, security: 'kept' });
  const { url, checksum, trust } = await resolveEntry(entry, arch, fetch, { keyrings: join(home, 'keyrings'), signal });
  onProgress?.(
    trust.by === 'signature'
      ? `the checksum of ${entry.name} is signed by a key of ${trust.keyring}`
      : `the checksum of ${entry.name} is believed because its server gave it over https: ${trust.because}`,
  );
  const { name, user, init } = entry;
  const wanted = parseChecksum(options.checksum ?? checksum);
  return pulls.pull({ name, arch, url: new URL(url), checksum: wanted, user, init }, options);
}
