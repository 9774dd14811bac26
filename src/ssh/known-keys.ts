import { createHmac, timingSafeEqual } from 'node:crypto';

import { formatPublicKey, parsePublicKey } from './public-key';

const HASHED = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/;
const SSH_PORT = 22;

/** What files of known hosts say of one. */
export interface KnownKeys {
  /** Lines as in authorized_keys, without comments. */
  known: readonly string[];
  /** Of these the owner says that nobody is to trust them any more. */
  revoked: readonly string[];
}

/** The host keys of a server in the text of known_hosts(5), with hashed names and patterns; certificates are not looked at. */
export function knownKeys(text: string, place: { host: string; port: number }): KnownKeys {
  const name = nameOf(place);
  const known: string[] = [];
  const revoked: string[] = [];
  for (const line of text.split('\n')) {
    const words = line.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts = '', type, base64] = words;
    if (hosts === '' || hosts.startsWith('#') || !isNamed(hosts, name) || marker === '@cert-authority') continue;
    const key = keyIn(`${type ?? ''} ${base64 ?? ''}`);
    if (key !== undefined) (marker === '@revoked' ? revoked : known).push(key);
  }
  return { known, revoked };
}

/** As ssh writes a server into such a file. */
export function nameOf({ host, port }: { host: string; port: number }): string {
  const name = host.toLowerCase();
  return port === SSH_PORT ? name : `[${name}]:${port}`;
}

/** A line that ssh could not read either is passed over. */
function keyIn(line: string): string | undefined {
  try {
    return formatPublicKey({ ...parsePublicKey(line), comment: '' });
  } catch {
    return undefined;
  }
}

function isNamed(hosts: string, name: string): boolean {
  const [, salt, hash] = HASHED.exec(hosts) ?? [];
  if (salt !== undefined && hash !== undefined) {
    const wanted = Buffer.from(hash, 'base64');
    const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
    return wanted.length === found.length && timingSafeEqual(wanted, found);
  }
  const patterns = hosts.toLowerCase().split(',');
  const matches = (pattern: string): boolean => expressionOf(pattern).test(name);
  if (patterns.some((each) => each.startsWith('!') && matches(each.slice(1)))) return false;
  return patterns.some((each) => !each.startsWith('!') && matches(each));
}

/** `*` and `?`; everything else is itself. */
function expressionOf(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
