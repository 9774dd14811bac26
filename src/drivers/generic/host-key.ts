import { join, resolve } from 'node:path';

import { HvError } from '../../errors';
import { textOf } from '../../files';
import { shownHostKey } from '../../ssh/host-key';
import { knownKeys, nameOf, type KnownKeys } from '../../ssh/known-keys';
import { fingerprint, formatPublicKey, parsePublicKey } from '../../ssh/public-key';
import type { Place } from '../../ssh/target';
import type { DriverContext } from '../driver';
import { CONNECT_MS, type Wanted } from './wanted';

/** Whose keys every user of this host trusts. */
const OF_ALL = '/etc/ssh/ssh_known_hosts';

/** The one that the host shows, where that is known for its own: nobody is logged in to on trust of the first sight. */
export async function trustedHostKey(wanted: Wanted, context: DriverContext): Promise<string> {
  const { known, revoked } = await keysFor(wanted, context.env);
  const prefer = known.map((key) => parsePublicKey(key).type);
  const shown = await shownHostKey(wanted, { prefer, timeoutMs: CONNECT_MS });
  if (revoked.includes(shown)) throw refused(wanted, shown, 'is revoked: nobody is to trust it');
  if (known.includes(shown)) return shown;
  if (known.length > 0) {
    throw refused(
      wanted,
      shown,
      `is none of those that are known: ${known.map((key) => `${fingerprint(key)} (${parsePublicKey(key).type})`).join(', ')}`,
    );
  }
  if (!wanted.acceptHostKey) throw unknown(wanted, shown);
  const taken = context.dryRun ? 'would be taken' : 'was taken';
  context.warn(`The host key of ${nameOf(wanted)} ${taken} for its own: ${fingerprint(shown)} (${typeOf(shown)})`);
  return shown;
}

async function keysFor({ hostKey, ...place }: Wanted, env: NodeJS.ProcessEnv): Promise<KnownKeys> {
  if (hostKey !== undefined) return { known: await keysGiven(hostKey, place), revoked: [] };
  const home = env['HOME'];
  const files = [
    ...(home === undefined ? [] : [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')]),
    OF_ALL,
  ];
  const found = await Promise.all(files.map(async (file) => knownKeys((await textOf(file)) ?? '', place)));
  return { known: found.flatMap(({ known }) => known), revoked: found.flatMap(({ revoked }) => revoked) };
}

/** A line, or a file: of a public key, or as known_hosts. */
async function keysGiven(given: string, place: Place): Promise<readonly string[]> {
  const isFile = !/\s/.test(given.trim());
  const text = isFile ? await textOf(resolve(given)) : given;
  if (text === undefined) throw noKey(`There is no file ${resolve(given)}`);
  const { known } = knownKeys(text, place);
  if (known.length > 0) return known;
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const keys = lines.flatMap((line) => publicKeyIn(line) ?? []);
  if (keys.length === 0) {
    throw noKey(`${isFile ? `The file ${resolve(given)}` : 'What was given'} holds no public host key`);
  }
  return keys;
}

function publicKeyIn(line: string): string | undefined {
  try {
    return formatPublicKey({ ...parsePublicKey(line), comment: '' });
  } catch {
    return undefined; // another host's, with its name in front
  }
}

function typeOf(key: string): string {
  return parsePublicKey(key).type;
}

function noKey(message: string): HvError {
  return new HvError({
    code: 'ERR_GENERIC_OPTION',
    message,
    hint: "--generic-host-key 'ssh-ed25519 AAAA...': /etc/ssh/ssh_host_ed25519_key.pub of the host holds it",
  });
}

function unknown(place: Place, shown: string): HvError {
  return new HvError({
    code: 'ERR_HOST_KEY_UNKNOWN',
    message: `The host key of ${nameOf(place)} is not known; the one that it shows is ${fingerprint(shown)} (${typeOf(shown)})`,
    hint:
      `Compare it on the host itself: ssh-keygen -lf /etc/ssh/ssh_host_${typeOf(shown).replace(/^ssh-|-sha2-.*$/g, '')}_key.pub. ` +
      `From here it is seen by: ssh-keyscan -p ${place.port} ${place.host} | ssh-keygen -lf -. ` +
      `If it is the same: --generic-accept-host-key`,
  });
}

function refused(place: Place, shown: string, why: string): HvError {
  return new HvError({
    code: 'ERR_SSH_HOST_KEY',
    message: `The host key that ${nameOf(place)} shows, ${fingerprint(shown)} (${typeOf(shown)}), ${why}`,
    hint: `Somebody may be in between. If the host has a new key: ssh-keygen -R '${nameOf(place)}', then --generic-host-key names that.`,
  });
}
