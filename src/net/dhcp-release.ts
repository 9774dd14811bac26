import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../errors';
import { formatIpv4, parseIpv4 } from './ipv4';
import { parseMac } from './mac';

/** A lease as its server's table shows it. */
export interface ReleasableLease {
  address: string;
  mac: string;
  /** Hexadecimal octets between colons, as the table shows it: a server ignores a release by any other. */
  clientId?: string | undefined;
}

export interface ReleaseOptions {
  /** The address of the DHCP server: the host's own in that network. */
  server: string;
  /** Reads the server's table again. */
  stillThere: () => Promise<boolean>;
  /** How long to try; 10 seconds unless told. */
  deadlineMs?: number;
  signal?: AbortSignal | undefined;
  /** The server's port. */
  port?: number;
}

const SERVER_PORT = 67;
const DEADLINE_MS = 10_000;
const FIRST_LOOK_MS = 20;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 500;
/** Datagrams get lost, and a server that does not know the lease any more ignores them: sending again does no harm. */
const SEND_AGAIN_MS = 1000;

/**
 * Gives a lease back in the name of its holder, who is gone, and waits until it has left the server's table. A lease that is
 * not there is success.
 */
export async function releaseLease(lease: ReleasableLease, options: ReleaseOptions): Promise<void> {
  const { server, stillThere, deadlineMs = DEADLINE_MS, signal, port = SERVER_PORT } = options;
  const packet = releasePacket(lease, server);
  const end = AbortSignal.any([AbortSignal.timeout(deadlineMs), ...(signal ? [signal] : [])]);
  let sent = 0;
  let sendAt = 0;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
    const there = await unlessEnded(stillThere, end);
    if (there === false) return;
    if (end.aborted) throw signal?.aborted ? aborted(lease, signal.reason) : notReleased(lease, server, sent);
    if (performance.now() >= sendAt) {
      await send(packet, server, port, lease);
      sent += 1;
      sendAt = performance.now() + SEND_AGAIN_MS;
    }
    await unlessEnded(() => delay(pause, undefined), end);
  }
}

/** Sends one release, for a lease that the server's table may not show yet; whether it came to anything shows later. */
export async function sendRelease(lease: ReleasableLease, server: string, port = SERVER_PORT): Promise<void> {
  await send(releasePacket(lease, server), server, port, lease);
}

/** What the work comes to, or undefined once the wait is over: the table may be that of a daemon that hangs. */
async function unlessEnded<T>(work: () => Promise<T>, end: AbortSignal): Promise<T | undefined> {
  if (end.aborted) return undefined;
  let stop: (() => void) | undefined;
  const ended = new Promise<undefined>((resolve) => {
    stop = () => {
      resolve(undefined);
    };
    end.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work(), ended]);
  } finally {
    if (stop) end.removeEventListener('abort', stop);
  }
}

const BOOTREQUEST = 1;
const ETHERNET = 1;
const MAGIC = 0x63825363;
const OPTION = { messageType: 53, server: 54, clientId: 61, end: 255 };
const DHCPRELEASE = 7;
const AT = { transaction: 4, address: 12, hardware: 28, magic: 236, options: 240 };
/** Older servers take nothing shorter: it is BOOTP's size. */
const SMALLEST = 300;
const LONGEST_OPTION = 255;

/** RFC 2131, 4.4.6. @internal */
export function releasePacket({ address, mac, clientId }: ReleasableLease, server: string): Buffer {
  const hardware = parseMac(mac);
  const options = Buffer.from([
    ...option(OPTION.messageType, [DHCPRELEASE]),
    ...option(OPTION.server, octetsOf(server)),
    ...(clientId === undefined ? [] : option(OPTION.clientId, parseClientId(clientId))),
    OPTION.end,
  ]);
  const packet = Buffer.alloc(Math.max(SMALLEST, AT.options + options.length));
  packet.set([BOOTREQUEST, ETHERNET, hardware.length]);
  packet.writeUInt32BE(randomInt(2 ** 32), AT.transaction);
  packet.set(octetsOf(address), AT.address);
  packet.set(hardware, AT.hardware);
  packet.writeUInt32BE(MAGIC, AT.magic);
  packet.set(options, AT.options);
  return packet;
}

function option(code: number, value: readonly number[]): number[] {
  return [code, value.length, ...value];
}

function octetsOf(address: string): number[] {
  return formatIpv4(parseIpv4(address)).split('.').map(Number);
}

function parseClientId(text: string): number[] {
  const octets = text.split(':');
  if (octets.length > LONGEST_OPTION || !octets.every((octet) => /^[0-9a-f]{1,2}$/i.test(octet))) {
    throw new HvError({ code: 'ERR_INVALID_ARGUMENT', message: `"${text}" is not the client id of a lease` });
  }
  return octets.map((octet) => parseInt(octet, 16));
}

async function send(packet: Buffer, server: string, port: number, lease: ReleasableLease): Promise<void> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.send(packet, port, server, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  } catch (error) {
    throw new HvError({
      code: 'ERR_LEASE_NOT_RELEASED',
      message: `The release of ${lease.address} could not be sent to the DHCP server at ${server}`,
      hint: 'The network has to be running: virsh net-list --all',
      cause: error,
    });
  } finally {
    socket.close();
  }
}

function notReleased({ address, mac }: ReleasableLease, server: string, sent: number): HvError {
  return new HvError({
    code: 'ERR_LEASE_NOT_RELEASED',
    message: `The DHCP server at ${server} still lists the lease of ${address} (${mac}) after ${sent} requests to release it`,
    hint: 'It ends when its time is up, or try again: hvkit leases prune',
  });
}

function aborted({ address }: ReleasableLease, reason: unknown): HvError {
  return new HvError({
    code: 'ABORT_ERR',
    message: `The release of the lease of ${address} was aborted`,
    cause: reason,
  });
}
