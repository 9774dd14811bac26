import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { connect, type Connection } from '../../native/libvirt';

/** Milliseconds: one that lives lets somebody in after some tenths of a second, or seconds where it looks at QEMU first. */
const PATIENCE = 30_000;

/**
 * Opens a connection to a daemon of this host. One that is stopped, or stuck, still takes connections, and then says nothing:
 * libvirt itself would wait for ever.
 */
export async function openDaemon(
  uri: string,
  { readOnly = false, patience = PATIENCE }: { readOnly?: boolean; patience?: number } = {},
): Promise<Connection> {
  const over = new AbortController();
  const opened = connect(uri, { readOnly });
  const late = delay(patience, undefined, { signal: over.signal });
  try {
    const connection = await Promise.race([opened, late]);
    if (connection) return connection;
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
  // Should it come to life again, nobody wants to know any more.
  opened.then(
    (connection) => connection.close(),
    () => undefined,
  );
  throw new HvError({
    code: 'ERR_KVM_CONNECTION',
    message: `libvirt has taken the connection (${uri}) and said nothing for ${patience / 1000} s: its daemon is stopped, or stuck`,
    hint: 'Restart it; machines go on meanwhile. That of the system: sudo systemctl restart libvirtd',
  });
}
