import { readFileSync } from 'node:fs';

import { HvError } from '../../errors';
import { forwardRange, isPortFree, portCandidates, type Protocol } from '../../net/ports';

/** A port of 127.0.0.1 for one of the guest's, the same one for a machine where that is free. */
export async function freePort(
  uuid: string,
  { guest, protocol }: { guest: number; protocol: Protocol },
  taken: Iterable<number>,
): Promise<number> {
  const range = forwardRange(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'));
  for (const port of portCandidates({ uuid, guest, protocol, range, taken })) {
    // QEMU is who binds it, and finds out: this keeps it from trying in vain.
    if (await isPortFree(port, protocol)) return port;
  }
  throw new HvError({
    code: 'ERR_NO_PORT',
    message: `No port of 127.0.0.1 from ${range.first} to ${range.last} is free to be forwarded`,
    hint: 'ss -ltn shows who has them.',
  });
}
