import { HvError } from '../../errors';
import type { Arch } from '../image';
import { checksumIn, signedText } from './checksum-file';
import { CATALOGUE, type CatalogueEntry, type ImageSource } from './data';
import { namesIn, newest } from './listing';
import { findKeyring, verify } from './signature';

export type { CatalogueEntry } from './data';

/** What is at a URL, redirects followed, certificates verified. */
export type Fetch = (url: string) => Promise<Buffer>;

export interface ResolvedEntry {
  url: string;
  /** `sha256:...` or `sha512:...` */
  checksum: string;
  /** Why the checksum is believed: the distribution's signature, or only that its server gave it, over https. */
  trust: { by: 'signature'; keyring: string } | { by: 'transport'; because: string };
}

export interface ResolveEntryOptions {
  /** A folder for keys that a user trusts: `ubuntu.gpg`, `fedora.asc`. They are taken before the host's own. */
  keyrings?: string | undefined;
  signal?: AbortSignal | undefined;
}

export function names(): string[] {
  return CATALOGUE.map(({ name }) => name);
}

export function catalogueEntry(name: string): CatalogueEntry | undefined {
  return CATALOGUE.find((entry) => entry.name === name);
}

/** Where the newest image of an entry is, and what its bytes must be. */
export async function resolveEntry(
  entry: CatalogueEntry,
  arch: Arch,
  fetch: Fetch,
  options: ResolveEntryOptions = {},
): Promise<ResolvedEntry> {
  const source = entry.images[arch];
  const { url: folder, version } = await folderOf(source, fetch);
  const { file, list } = await filesOf(source, folder, fetch);
  const bytes = await fetch(`${folder}/${list}`);
  const { text, trust } = await believed(entry, source, { bytes, url: `${folder}/${list}`, version }, fetch, options);
  return { url: `${folder}/${file}`, checksum: checksumIn(text, file), trust };
}

async function folderOf({ folder: [server, ...parts] }: ImageSource, fetch: Fetch) {
  let url: string = server;
  let version = '';
  for (const part of parts) {
    const name = typeof part === 'string' ? part : await newestIn(url, part, fetch);
    if (typeof part !== 'string') version = name;
    url = `${url}/${name}`;
  }
  return { url, version };
}

async function filesOf({ file, checksums }: ImageSource, folder: string, fetch: Fetch) {
  const image = typeof file === 'string' ? file : await newestIn(folder, file, fetch);
  const list =
    typeof checksums === 'string' ? checksums.replace('{file}', image) : await newestIn(folder, checksums, fetch);
  return { file: image, list };
}

async function newestIn(url: string, pattern: RegExp, fetch: Fetch): Promise<string> {
  const page = await fetch(`${url}/`);
  const found = newest(namesIn(page.toString('utf8')).filter((name) => pattern.test(name)));
  if (found !== undefined) return found;
  throw new HvError({
    code: 'ERR_CATALOGUE',
    message: `${url}/ does not list what the catalogue looks for there`,
    hint: 'The server may have changed. Name the image by its URL, with --checksum.',
  });
}

interface List {
  bytes: Buffer;
  url: string;
  version: string;
}

async function believed(
  { family }: CatalogueEntry,
  { signature: { form, keyrings } }: ImageSource,
  { bytes, url, version }: List,
  fetch: Fetch,
  options: ResolveEntryOptions,
): Promise<{ text: string; trust: ResolvedEntry['trust'] }> {
  const unsigned = (because: string) => {
    const text = signedText(bytes.toString('utf8'));
    return { text, trust: { by: 'transport', because } as const };
  };
  if (form === 'none') return unsigned(`no signature of ${family}'s checksums is known`);
  const { keyrings: folder } = options;
  const own = folder === undefined ? [] : ['gpg', 'asc'].map((end) => `${folder}/${family}.${end}`);
  const keyring = await findKeyring([...own, ...keyrings.map((path) => path.replace('{version}', version))]);
  if (keyring === undefined) return unsigned(`this host has no keys of ${family}'s`);
  const signature = form === 'detached' ? await fetch(`${url}.gpg`) : undefined;
  const text = await verify({ bytes, signature, keyring, what: url }, options.signal);
  if (text) return { text: text.toString('utf8'), trust: { by: 'signature', keyring } };
  // Who has put keys there counts on them.
  if (own.includes(keyring)) throw noGpgv(keyring);
  return unsigned('gpgv is not installed');
}

function noGpgv(keyring: string): HvError {
  return new HvError({
    code: 'ERR_SIGNATURE',
    message: `There is no gpgv to verify signatures with, and keys for it are in ${keyring}`,
    hint: 'On Debian and Ubuntu: sudo apt-get install gpgv',
  });
}
