import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { HvError } from '../errors';
import { isNoSpace, textOf, writeWhole } from '../files';
import { formatPublicKey, parsePublicKey } from './public-key';
import type { SshTarget } from './target';

/** What the machine's key is filed under: its address and port may be another machine's tomorrow. */
export function hostKeyAlias(name: string): string {
  // ssh compares without regard to case, but does not make the alias lower case itself.
  return `hvkit-${name.toLowerCase()}`;
}

/** The line of a known_hosts file; programs that know no alias find the key by the address. */
export function knownHostsLine(name: string, { host, port, hostKey }: SshTarget): string {
  const { type, blob } = parsePublicKey(hostKey);
  const place = port === 22 ? host : `[${host}]:${port}`;
  return `${hostKeyAlias(name)},${place} ${formatPublicKey({ type, blob, comment: '' })}`;
}

/** `<folder>/known_hosts`, with nothing but the key of this machine. */
export async function writeKnownHosts(folder: string, name: string, target: SshTarget): Promise<string> {
  const file = join(folder, 'known_hosts');
  const text = `${knownHostsLine(name, target)}\n`;
  try {
    if ((await textOf(file)) !== text) {
      await writeWhole(file, text, { unfinished: `${file}.${randomBytes(4).toString('hex')}.tmp` });
    }
  } catch (error) {
    throw new HvError({
      code: isNoSpace(error) ? 'ERR_NO_SPACE' : 'ERR_SSH_KEY_FILE',
      message: `The host key of "${name}" could not be written to ${file}: ${(error as Error).message}`,
      hint: isNoSpace(error) ? `Make room: df -h '${folder}'` : `ls -ld '${folder}'`,
      cause: error,
    });
  }
  return file;
}
