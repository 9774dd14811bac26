import { HvError } from '../errors';
import { choice } from './hash';
import { formatIpv4, parseIpv4 } from './ipv4';

/** What is known of a network's addresses. */
export interface AddressRequest {
  /** For people: the name of the network. */
  network: string;
  /** The addresses that machines can have, both ends included. */
  range: { first: string; last: string };
  /** Of the machine that needs one: it gets the same one again where that is free. */
  uuid: string;
  /** Addresses reserved for machines. */
  reserved: Iterable<string>;
  /**
   * Addresses that stand in the server's table of leases, whoever has them: while an address is leased the server gives
   * another one to the machine that it is reserved for.
   */
  leased: Iterable<string>;
  /** Others that must not be taken: the host's own, those that the network's owner refused. */
  others?: Iterable<string>;
}

/** A free address for a machine; the caller reserves it, and asks again with it among the `others` if that is refused. */
export function chooseAddress(request: AddressRequest): string {
  const first = parseIpv4(request.range.first);
  const count = parseIpv4(request.range.last) - first + 1;
  const reserved = numbers(request.reserved);
  const leased = numbers(request.leased);
  const others = numbers(request.others ?? []);
  if (count > 0) {
    const start = choice(count, 'address', request.uuid.toLowerCase());
    for (let i = 0; i < count; i += 1) {
      const address = first + ((start + i) % count);
      if (!reserved.has(address) && !leased.has(address) && !others.has(address)) return formatIpv4(address);
    }
  }
  throw exhausted(request, reserved, leased, first, count);
}

function numbers(addresses: Iterable<string>): Set<number> {
  return new Set(Array.from(addresses, parseIpv4));
}

function exhausted(
  { network, range }: AddressRequest,
  reserved: ReadonlySet<number>,
  leased: ReadonlySet<number>,
  first: number,
  count: number,
): HvError {
  const inRange = (address: number): boolean => address >= first && address < first + count;
  const reservations = [...reserved].filter(inRange).length;
  const leases = [...leased].filter((address) => inRange(address) && !reserved.has(address)).length;
  return new HvError({
    code: 'ERR_ADDRESSES_EXHAUSTED',
    message:
      `The network ${network} has no free address between ${range.first} and ${range.last}: ` +
      `${reservations} are reserved for machines, ${leases} more stand in the table of leases`,
    hint: 'Give back the leases of machines that are gone: hvkit leases prune',
  });
}
