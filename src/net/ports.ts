import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { HvError } from '../errors';
import { choice } from './hash';

export type Protocol = 'tcp' | 'udp';

export interface PortRange {
  first: number;
  last: number;
}

/** A port of this host, and the guest's port that it leads to. */
export interface Forward {
  host: number;
  guest: number;
  protocol: Protocol;
}

const HIGHEST = 65535;
/** Below are the ports that people choose for servers of their own: 3000, 5432, 8080, 9090. */
const LOWEST = 20_000;
/** Linux's own, where the file that tells cannot be read. */
const EPHEMERAL: PortRange = { first: 32768, last: 60999 };
const FEWEST = 1000;
const UNPRIVILEGED = 1024;
const CANDIDATES = 256;
const LOOPBACK = '127.0.0.1';

/**
 * The ports that forwards are taken from, of the text of /proc/sys/net/ipv4/ip_local_port_range: none that the kernel would
 * give to a connection of somebody else's between two starts of the machine.
 */
export function forwardRange(ipLocalPortRange: string | undefined): PortRange {
  const [first = EPHEMERAL.first, last = EPHEMERAL.last] = (ipLocalPortRange?.match(/\d+/g) ?? []).map(Number);
  const below = { first: Math.min(LOWEST, Math.max(UNPRIVILEGED, first - FEWEST)), last: first - 1 };
  if (below.last - below.first + 1 >= FEWEST) return below;
  const above = { first: last + 1, last: HIGHEST };
  if (above.last - above.first + 1 >= FEWEST) return above;
  // All ports are the kernel's to give: whoever binds one finds out whether it is free.
  return { first: LOWEST, last: HIGHEST };
}

/** Ports to try, one after the other, until one can be bound: the same ones for the same port of the same machine. */
export function portCandidates(options: {
  uuid: string;
  guest: number;
  protocol?: Protocol;
  range: PortRange;
  taken?: Iterable<number>;
}): number[] {
  const { uuid, guest, protocol = 'tcp', range } = options;
  const taken = new Set(options.taken);
  const count = range.last - range.first + 1;
  const start = choice(count, 'port', uuid.toLowerCase(), String(guest), protocol);
  const ports: number[] = [];
  for (let i = 0; i < count && ports.length < CANDIDATES; i += 1) {
    const port = range.first + ((start + i) % count);
    if (!taken.has(port)) ports.push(port);
  }
  return ports;
}

/** A hint only: whoever binds the port finds out, and must be ready for the next one. */
export async function isPortFree(port: number, protocol: Protocol = 'tcp', host = LOOPBACK): Promise<boolean> {
  const socket = protocol === 'tcp' ? createServer() : createSocket('udp4');
  const listening = once(socket, 'listening');
  if ('listen' in socket) socket.listen({ port, host, exclusive: true });
  else socket.bind({ port, address: host, exclusive: true });
  try {
    await listening;
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw new HvError({ code: 'ERR_PORT', message: `Port ${port}/${protocol} could not be tried`, cause: error });
  } finally {
    // Also one that was refused its port: a socket of UDP stays open all the same.
    await new Promise<void>((resolve) => {
      socket.close(() => {
        resolve();
      });
    });
  }
}

function isTaken(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'EADDRINUSE' || code === 'EACCES';
}

/** `8080:80`, `127.0.0.1:8080:80`, `5353:53/udp`; `:80` leaves the port of this host to be chosen. */
export function parseForward(text: string): Omit<Forward, 'host'> & { host?: number } {
  const match = /^(?:(?<address>[^:/]+):)?(?<host>\d{0,5}):(?<guest>\d{1,5})(?:\/(?<protocol>[a-z]+))?$/i.exec(text);
  if (!match?.groups) throw refused(text, 'it is not of the form host:guest');
  const { address = LOOPBACK, host, guest, protocol = 'tcp' } = match.groups;
  if (address !== LOOPBACK) throw refused(text, `forwards are on ${LOOPBACK} only`);
  return {
    ...(host !== '' && { host: portOf(host, text) }),
    guest: portOf(guest, text),
    protocol: protocolOf(protocol, text),
  };
}

function portOf(digits: string | undefined, text: string): number {
  const port = Number(digits);
  if (!(port >= 1 && port <= HIGHEST)) throw refused(text, `ports are numbers from 1 to ${HIGHEST}`);
  return port;
}

function protocolOf(name: string, text: string): Protocol {
  const protocol = name.toLowerCase();
  if (protocol !== 'tcp' && protocol !== 'udp') throw refused(text, 'the protocol is tcp or udp');
  return protocol;
}

function refused(text: string, why: string): HvError {
  return new HvError({
    code: 'ERR_PUBLISH',
    message: `The port forward "${text}" cannot be made: ${why}`,
    hint: 'Write the port of this host and the port of the guest: 8080:80, or 5353:53/udp; :80 takes a free port of this host.',
  });
}
