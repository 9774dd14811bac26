import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { connect, type Connection } from '../../native/libvirt';

/** Milliseconds: one that lives lets somebody in after some tenths of a second, or seconds where it looks at QEMU first. */
const PATIENCE = 30_000;
/** For one that has not answered somebody else in all that time, and does not yet. */
const LITTLE = 2_000;

/** What was given up, and has neither come nor failed yet; by URI. */
const GIVEN_UP = new Map<string, Set<Promise<Connection>>>();

/** It takes connections, and says nothing. */
const SILENT = 'ERR_KVM_SILENT';

export function isSilent(error: unknown): error is HvError {
  return HvError.is(error) && error.code === SILENT;
}

/**
 * Opens a connection to a daemon of this host. One that is stopped, or stuck, still takes connections, and then says nothing:
 * libvirt itself would wait for ever.
 */
export async function openDaemon(
  uri: string,
  {
    readOnly = false,
    patience = PATIENCE,
    little = LITTLE,
  }: { readOnly?: boolean; patience?: number; little?: number } = {},
): Promise<Connection> {
  const over = new AbortController();
  const opened = connect(uri, { readOnly });
  const waited = GIVEN_UP.has(uri) ? Math.min(little, patience) : patience;
  const late = delay(waited, undefined, { signal: over.signal });
  try {
    const connection = await Promise.race([opened, late]);
    if (connection) return connection;
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
  void giveUp(uri, opened);
  throw new HvError({
    code: SILENT,
    message: `libvirt has taken the connection (${uri}) and said nothing for ${waited / 1000} s: its daemon is stopped, or stuck`,
    hint: 'Restart it; machines go on meanwhile. That of the system: sudo systemctl restart libvirtd',
  });
}

/** Should it come to life again, nobody wants to know any more. */
async function giveUp(uri: string, opened: Promise<Connection>): Promise<void> {
  const others = GIVEN_UP.get(uri) ?? new Set();
  GIVEN_UP.set(uri, others.add(opened));
  await opened.then((connection) => connection.close()).catch(() => undefined);
  others.delete(opened);
  if (others.size === 0) GIVEN_UP.delete(uri);
}
