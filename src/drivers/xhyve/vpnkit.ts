import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

import { HvError } from '../../errors';
import { parseIpv4 } from '../../net/ipv4';
import { formatMac } from '../../net/mac';

/** hyperkit's src/lib/pci_virtio_net_vpnkit.c: both sides say who they are, then it asks for an interface by a UUID. */
const MAGIC = 'VMN3T';
const VERSION = 22;
const INIT_BYTES = 49;
const ETHERNET = 1;
const PREFERRED_IPV4 = 8;
const IPV4_AT = 37;
const COMMAND_BYTES = 41;
/** As long as the longest of its kind. */
const ANSWER_BYTES = 258;
const IS_INTERFACE = 1;
const MAC_AT = 5;
const MAC_OCTETS = 6;
const DEADLINE_MS = 10_000;

/** Which MAC a socket gives to a UUID, that is to have this address. hyperkit takes it from there too, so it is the guest's. */
export async function macFrom(path: string, wish: { uuid: string; address: string | undefined }): Promise<string> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const socket = createConnection(path);
  // It is told to whoever waits for it; what comes when nobody does ends the socket as well.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect', { signal });
    const init = Buffer.alloc(INIT_BYTES, '0');
    init.write(MAGIC);
    init.writeUInt32LE(VERSION, MAGIC.length);
    socket.write(init);
    const greeting = await bytesOf(socket, INIT_BYTES, signal);
    if (!greeting.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) throw refused(path, 'it speaks something else');
    socket.write(commandOf(wish));
    const answer = await bytesOf(socket, ANSWER_BYTES, signal);
    if (answer[0] !== IS_INTERFACE) throw refused(path, answer.toString('utf8', 2, 2 + (answer[1] ?? 0)));
    return formatMac(answer.subarray(MAC_AT, MAC_AT + MAC_OCTETS));
  } catch (error) {
    if (HvError.is(error)) throw error;
    throw refused(path, signal.aborted ? 'it does not answer' : (error as Error).message, error);
  } finally {
    socket.destroy();
  }
}

function commandOf({ uuid, address }: { uuid: string; address: string | undefined }): Buffer {
  const command = Buffer.alloc(COMMAND_BYTES);
  command[0] = address === undefined ? ETHERNET : PREFERRED_IPV4;
  command.write(uuid, 1);
  if (address !== undefined) command.writeUInt32LE(parseIpv4(address), IPV4_AT);
  return command;
}

async function bytesOf(socket: Socket, count: number, signal: AbortSignal): Promise<Buffer> {
  for (;;) {
    const chunk = socket.read(count) as Buffer | null;
    if (chunk?.length === count) return chunk;
    if (chunk !== null || socket.readableEnded || socket.destroyed) {
      throw refused(socket.remoteAddress ?? 'the socket', 'it hung up');
    }
    await Promise.race([once(socket, 'readable', { signal }), once(socket, 'end', { signal })]);
  }
}

function refused(path: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_XHYVE_NETWORK',
    message: `No network is had from ${path}: ${why}`,
    hint: 'Is it the socket that vpnkit was started with (--ethernet)? Without --xhyve-vpnkit-socket the network is vmnet.',
    cause,
  });
}
