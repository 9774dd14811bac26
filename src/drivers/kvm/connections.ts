import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { connect, LibvirtError, type Connection } from '../../native/libvirt';
import { openDaemon } from './open';
import { openSession } from './session';
import { openOnDemand } from './system';
import { embedRoot, type Target } from './target';

interface Open {
  pending: Promise<Connection>;
  connection?: Connection;
  /** The drivers that use it: the last one closes it. */
  users: Set<Connections>;
}

/** One connection per URI and process: each costs the daemon a client, and an embedded driver's root can be open once only. */
const OPEN = new Map<string, Open>();

/** Milliseconds that close() waits for what is still being opened. */
const FAREWELL = 1000;
/** Milliseconds that it waits for calls that are under way. */
const CLOSING = 10_000;

/** The connections that one driver uses: opened when first needed, and again after the daemon went away. */
export class Connections {
  #closed = false;

  /** To look only: the daemon asks for no privileges then, so that no prompt for a password appears. */
  reader(target: Target): Promise<Connection> {
    // Sessions and embedded drivers are the user's own, and have no second entrance.
    return this.#open(target, target.kind === 'system' || target.kind === 'remote');
  }

  writer(target: Target): Promise<Connection> {
    return this.#open(target, false);
  }

  /** What was asked while the daemon went away is asked once more. For requests that change nothing. */
  async read<T>(target: Target, request: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.reader(target);
    try {
      return await request(connection);
    } catch (error) {
      if (!(await isLost(connection, error))) throw error;
      forget(connection);
      return request(await this.reader(target));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const unused = [...OPEN].filter(([, { users }]) => users.delete(this) && users.size === 0);
    for (const [key] of unused) OPEN.delete(key);
    await Promise.all(unused.map(([, { pending }]) => closeOpened(pending)));
  }

  #open(target: Target, readOnly: boolean): Promise<Connection> {
    if (this.#closed) {
      return Promise.reject(new HvError({ code: 'ERR_CONNECTION_CLOSED', message: 'the driver kvm was closed' }));
    }
    const key = `${readOnly ? 'r' : 'w'} ${target.uri}`;
    const open = OPEN.get(key) ?? begin(key, target, readOnly);
    open.users.add(this);
    return open.pending;
  }
}

/** A daemon that does not answer is not waited for: should it do so later, the connection is closed then. */
async function closeOpened(pending: Promise<Connection>): Promise<void> {
  // One that could not be opened was an error where it was asked for.
  const closed = pending.then(
    (connection) => connection.close(),
    () => undefined,
  );
  const settled = new AbortController();
  const isSettled = await Promise.race([
    Promise.allSettled([pending]).then(() => true),
    delay(FAREWELL, false, { signal: settled.signal }).catch(() => true),
  ]);
  settled.abort();
  if (!isSettled) {
    closed.catch(() => undefined);
    return;
  }
  // Nor is one that stopped answering in the middle of a call, which libvirt lets go of only then.
  const left = new AbortController();
  const late = delay(CLOSING, undefined, { signal: left.signal }).catch(() => undefined);
  try {
    await Promise.race([closed, late]);
  } finally {
    left.abort();
    closed.catch(() => undefined);
  }
}

function begin(key: string, target: Target, readOnly: boolean): Open {
  const pending = openTarget(target, readOnly);
  const open: Open = { pending, users: new Set() };
  OPEN.set(key, open);
  const watch = async (): Promise<void> => {
    const connection = await pending;
    open.connection = connection;
    await connection.onClose(() => {
      forget(connection);
    });
  };
  watch().catch(() => {
    // Whoever asked for it is told why; the next one may have more luck.
    if (OPEN.get(key) === open) OPEN.delete(key);
  });
  return open;
}

/** It is lost: the next one who asks gets a new one. */
function forget(lost: Connection): void {
  for (const [key, { connection }] of OPEN) if (connection === lost) OPEN.delete(key);
  // What is lost already can fail to close; there is nothing left to do about it.
  lost.close().catch(() => undefined);
}

/** Set once this process has an embedded driver: from then on libvirt knows no other in it. */
let embedded: string | undefined;

/** Whether libvirt knows no other driver in this process any more than the embedded one that it has opened. */
export function isEmbedded(): boolean {
  return embedded !== undefined;
}

/** Opens what the target names, starting its daemon where that is ours to do. */
function openTarget(target: Target, readOnly: boolean): Promise<Connection> {
  if (target.kind === 'embed') return openEmbedded(target.uri);
  if (embedded !== undefined) return Promise.reject(onlyEmbedded(target.uri));
  if (target.kind === 'session') return openSession(target);
  if (target.onDemand) return openOnDemand(target.uri, readOnly);
  // The way to another host may ask a person for a password, and has limits of its own.
  return target.kind === 'remote' ? connect(target.uri, { readOnly }) : openDaemon(target.uri, { readOnly });
}

function onlyEmbedded(uri: string): HvError {
  return new HvError({
    code: 'ERR_KVM_EMBED_ONLY',
    message: `This process has opened an embedded libvirt, and can open nothing else: ${uri}`,
    hint: 'Use another process for machines of another connection.',
  });
}

async function openEmbedded(uri: string): Promise<Connection> {
  if (embedded !== undefined && embedded !== uri) throw onlyEmbedded(uri);
  embedded = uri;
  try {
    return await connect(uri);
  } catch (error) {
    if (!LibvirtError.is(error) || !error.message.includes('pid file')) throw error;
    throw new HvError({
      code: 'ERR_KVM_EMBED_IN_USE',
      message: `Another process has the embedded libvirt of ${embedRoot(uri) ?? uri} open`,
      hint: 'One process at a time can use it: wait until the other one ends, or use --kvm-uri qemu:///session.',
      cause: error,
    });
  }
}

async function isLost(connection: Connection, error: unknown): Promise<boolean> {
  if (!HvError.is(error)) return false;
  if (error.code === 'ERR_CONNECTION_CLOSED' || error.code === 'ERR_CONNECTION_LOST') return true;
  return !(await connection.isAlive());
}
