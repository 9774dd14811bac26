import type { ClientChannel } from 'ssh2';

/** What ssh2 keeps to itself. */
interface Internals {
  outgoing?: { id: number; state: 'open' | 'eof' | 'closing' | 'closed' };
  _client?: { _protocol?: { signal?: (channel: number, name: string) => void } };
}

/**
 * Sends a signal, `TERM`, to the command of a channel. ssh2's own signal() does nothing once the command's input has ended,
 * which for most commands is at once; the protocol knows no such rule.
 */
export function sendSignal(channel: ClientChannel, name: string): void {
  const { outgoing, _client } = channel as ClientChannel & Internals;
  if (outgoing?.state === 'open' || outgoing?.state === 'eof') _client?._protocol?.signal?.(outgoing.id, name);
}
