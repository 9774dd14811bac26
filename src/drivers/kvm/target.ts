import { hostname } from 'node:os';

import type { z } from 'zod';

import type { target } from './target-schema';

export type Target = z.output<typeof target>;

/** `embed`: the folder of libvirt's own files. */
export function embedRoot(uri: string): string | undefined {
  const { pathname, searchParams } = new URL(uri);
  return pathname === '/embed' ? (searchParams.get('root') ?? undefined) : undefined;
}

/** The socket that a URI names. */
export function socketOf(uri: string): string | undefined {
  return new URL(uri).searchParams.get('socket') ?? undefined;
}

/**
 * Which daemon a URI leads to, as far as it tells: another user or another way to the same host is no other daemon, and what
 * was made by one URI is there by the other as well. Of several daemons behind one name (the ports of tunnels, a socket of a
 * system's own) it makes one: good for what machines need, where one claim too many only leaves something alone, and not for
 * where to look.
 */
export function daemonOf(uri: string): string {
  const { hostname: host, pathname, searchParams } = new URL(uri);
  const where = isThisHost(host) ? '' : host.toLowerCase();
  // The system has one; of an embedded one the folder tells, and of a session the socket.
  const which = pathname === '/system' ? '' : (searchParams.get('root') ?? searchParams.get('socket') ?? '');
  return `${where}${pathname} ${which}`;
}

function isThisHost(host: string): boolean {
  return ['', 'localhost', '[::1]', hostname().toLowerCase()].includes(host.toLowerCase()) || host.startsWith('127.');
}
