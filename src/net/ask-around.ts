import { createSocket } from 'node:dgram';
import { once } from 'node:events';

import { formatIpv4, lastOf, sizeOf, subnetOf } from './ipv4';

/** Of addresses: to ask more of them would drive others out of the kernel's table. */
const MOST = 256;
/** Where nobody listens, which is as good: to send something there, the kernel has to ask whose the address is. */
const DISCARD = 9;
const CANNOT_ASK = ['EADDRNOTAVAIL', 'EACCES', 'EPERM'];

/**
 * Has the kernel ask for every address of a subnet that this host is in, so that its table of neighbours knows who has which.
 * Answers come later. A subnet that is large is left alone, since all of it would hear the questions. False: nobody was asked.
 */
export async function askAround({ address, netmask }: { address: string; netmask: string }): Promise<boolean> {
  const subnet = subnetOf(address, netmask);
  if (sizeOf(subnet) > MOST) return false;
  const socket = createSocket('udp4');
  // What cannot be sent to one address is no reason not to ask for the others.
  socket.on('error', () => undefined);
  try {
    socket.bind(0, address);
    await once(socket, 'listening');
    const ends: Promise<void>[] = [];
    for (let host = subnet.first + 1; host < lastOf(subnet); host++) {
      if (formatIpv4(host) === address) continue;
      ends.push(
        new Promise((resolve) => {
          socket.send('', DISCARD, formatIpv4(host), () => {
            resolve();
          });
        }),
      );
    }
    await Promise.all(ends);
    return true;
  } catch (error) {
    // The address has gone since it was looked up, or this process may send nothing: an answer would only have been welcome.
    if (CANNOT_ASK.includes(String((error as NodeJS.ErrnoException).code))) return false;
    throw error;
  } finally {
    socket.close();
  }
}
