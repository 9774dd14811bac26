import { hostKeyAlgorithms } from './client';
import { aborted, brokeOff, timedOut } from './failure';
import { ssh2 } from './library';
import { formatPublicKey, keyOf, type PublicKey } from './public-key';
import { openSocket } from './socket';
import type { Place } from './target';

/** For servers that are asked for their key and nothing else: what ssh-keyscan has. */
const NOBODY = 'hvkit';

/**
 * The host key that a server shows, as a line of known_hosts has it: not verified, and nothing is sent that it could use.
 * Of several it shows one of the types that are preferred.
 */
export async function shownHostKey(
  place: Place,
  { prefer = [], timeoutMs, signal }: { prefer?: readonly string[]; timeoutMs: number; signal?: AbortSignal },
): Promise<string> {
  const started = performance.now();
  const socket = await openSocket(place, { timeoutMs, signal });
  const { Client } = ssh2();
  const connection = new Client();
  let shown: PublicKey | undefined;
  let failure: Error | undefined;
  let onAbort: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = (): void => {
        if (signal) reject(aborted('Asking for the host key', signal));
      };
      signal?.addEventListener('abort', onAbort);
      timer = setTimeout(
        () => {
          reject(timedOut(place, 'handshake', timeoutMs));
        },
        Math.max(timeoutMs - (performance.now() - started), 1),
      );
      connection.on('error', (error) => {
        failure ??= error;
      });
      connection.on('close', () => {
        if (shown) resolve();
        else reject(brokeOff(place, 'handshake', failure));
      });
      connection.connect({
        sock: socket,
        username: NOBODY,
        hostVerifier: (blob: Buffer) => {
          shown = keyOf(blob);
          // That ends it: there is nothing else to be asked.
          return false;
        },
        algorithms: { serverHostKey: hostKeyAlgorithms(prefer) },
        readyTimeout: 0,
      });
    });
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
    socket.destroy();
  }
  if (!shown) throw brokeOff(place, 'handshake', failure);
  return formatPublicKey(shown);
}
