import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

import { HvError } from '../../errors';

export interface ServerNames {
  names: string[];
  addresses: string[];
}

const NAME = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/** Names and addresses in one list, as `--tls-san` takes them, told apart; each once. */
export function serverNames(given: readonly string[]): ServerNames {
  const distinct = [...new Set(given.map((each) => each.replace(/^\[(.*)\]$/, '$1')))];
  return {
    names: [...new Set(distinct.filter((each) => isIP(each) === 0).map(asciiName))],
    addresses: distinct.filter((each) => isIP(each) !== 0),
  };
}

function asciiName(name: string): string {
  const [, star = '', rest = ''] = /^(\*\.)?(.*)$/s.exec(name) ?? [];
  // Of what is ASCII already it would take the first part of a path for a name.
  const ascii = `${star}${/^[\p{L}\p{M}\p{N}.-]*$/u.test(rest) ? domainToASCII(rest) : rest.toLowerCase()}`;
  if (NAME.test(ascii)) return ascii;
  throw new HvError({
    code: 'ERR_INVALID_ARGUMENT',
    message: `${JSON.stringify(name)} is neither a host's name nor an address: no certificate can vouch for it`,
    hint: 'For example --tls-san dev.example or --tls-san 192.0.2.7',
  });
}
