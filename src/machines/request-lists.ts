import { stat } from 'node:fs/promises';
import { dirname, posix, resolve } from 'node:path';

import { publish as publishSpec, share as shareSpec } from '../drivers/spec';
import type { Publish, Share } from '../drivers/driver';
import { HvError } from '../errors';
import { isErrno } from '../files';
import { parseForward } from '../net/ports';
import { placed, refusal, shown } from './refusal';

/** `-p 8080:80 -p 5353:53/udp`. */
export function readPublish(wanted: readonly unknown[]): Publish[] {
  const taken = new Map<string, number>();
  return wanted.map((value, index) =>
    placed(`publish[${index}]`, () => {
      const parsed = publishSpec.safeParse(typeof value === 'string' ? parseForward(value) : value);
      if (!parsed.success) {
        throw refusal(
          value,
          'is no port forward: ports are numbers from 1 to 65535',
          '8080:80, or :80 for a free port of this host',
          parsed.error,
        );
      }
      const { host, protocol } = parsed.data;
      if (host === undefined) return parsed.data;
      const same = taken.get(`${host}/${protocol}`);
      if (same !== undefined) {
        throw refusal(value, `has the same port of this host as publish[${same}]`, `${host + 1}:80`);
      }
      taken.set(`${host}/${protocol}`, index);
      return parsed.data;
    }),
  );
}

/** `--share .:/work --share /srv/data:/data:ro`. A path of this host that is none from its root is one from `cwd`. */
export async function readShares(wanted: readonly unknown[], cwd: string): Promise<Share[]> {
  const taken = new Map<string, number>();
  const shares = wanted.map((value, index) =>
    placed(`shares[${index}]`, () => {
      const share = readShare(value, cwd);
      const same = taken.get(share.guest);
      if (same !== undefined) {
        throw refusal(value, `is mounted where shares[${same}] is`, 'another folder of the guest');
      }
      taken.set(share.guest, index);
      return share;
    }),
  );
  for (const [index, { host }] of shares.entries()) await checkFolder(host, `shares[${index}]`);
  return shares;
}

function readShare(value: unknown, cwd: string): Share {
  const written = typeof value === 'string' ? shareOfText(value) : value;
  const whole = isHostPath(written) ? { ...written, host: resolve(cwd, written.host) } : written;
  const parsed = shareSpec.safeParse(whole);
  const example = '/srv/data:/data:ro';
  if (!parsed.success) {
    throw refusal(value, 'is no share: it is host:guest or host:guest:ro, and the guest path begins with /', example);
  }
  const { host, readOnly } = parsed.data;
  const guest = posix.normalize(parsed.data.guest).replace(/(?<=.)\/$/, '');
  if (guest === '/') throw refusal(value, 'would hide all of the guest', example);
  if (/\p{Cc}/u.test(host + guest)) throw refusal(value, 'has control characters in a path', example);
  return { host, guest, readOnly };
}

function shareOfText(text: string): unknown {
  // A folder of this host may have colons in its path; one of the guest begins with the last `:/`.
  const [, host = '', guest = '', mode = 'rw'] = /^(.+):(\/[^:]*)(?::(ro|rw))?$/s.exec(text) ?? [];
  return host === '' ? undefined : { host, guest, readOnly: mode === 'ro' };
}

function isHostPath(value: unknown): value is { host: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'host' in value &&
    typeof value.host === 'string' &&
    value.host !== ''
  );
}

async function checkFolder(path: string, place: string): Promise<void> {
  const [why, hint] = await stat(path).then(
    (found) => (found.isDirectory() ? [] : ['is no folder', `Share the folder that it is in: ${dirname(path)}`]),
    (error: unknown) =>
      isErrno(error, 'ENOENT')
        ? ['is not there', `mkdir -p '${path}'`]
        : [`cannot be shared: ${(error as Error).message}`, `ls -ld '${path}'`],
  );
  if (why === undefined) return;
  throw new HvError({ code: 'ERR_INVALID_REQUEST', message: `${place}: ${shown(path)} ${why}`, hint });
}
