import { BlockList, isIP, type Socket } from 'node:net';

import type { HvError } from '../errors';
import { aborted } from './failure';
import { openSocket } from './socket';
import type { SshTarget } from './target';

/** After an answer that says no: a forward resets the connection while nothing listens in the machine. */
const PAUSE = { first: 10, growth: 1.5, longest: 250 };
/** After a knock that has had no answer yet. */
const NEXT = 250;
/** That wait for an answer at once: as many may reach a server in the moment it comes up, and it counts them. */
const MOST = 4;
/** What takes a connection at an address of its own is the machine itself, and says hello in time. */
const HELLO = 10_000;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Knocks until a server says hello. A knock can hang for ever: behind QEMU's forward each connection is taken at once, and
 * what was sent before the guest had a network is gone. So one that hangs does not hold up the next. It is given up after a
 * fourth of what has been waited in all: a slow server is given the time that it needs, and what is lost by giving it is
 * in proportion. @internal
 */
export function firstHello(
  target: SshTarget,
  options: { started: number; signal: AbortSignal; onKnock: () => void; onFailure: (error: Error) => void },
): Promise<Socket> {
  const { started, signal, onKnock, onFailure } = options;
  const isForward = isLoopback(target.host);
  const knocks = new Set<AbortController>();
  let pause = PAUSE.first;
  let answer: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      for (const knock of knocks) knock.abort();
    };
    const onAbort = (): void => {
      over();
      reject(aborted('Waiting for ssh', signal));
    };
    const again = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(knock, milliseconds);
    };
    const knock = (): void => {
      const mine = new AbortController();
      const patience = Math.min(Math.max((performance.now() - started) / 4, 1_000), HELLO);
      knocks.add(mine);
      onKnock();
      if (knocks.size < MOST) again(NEXT);
      openSocket(target, {
        timeoutMs: patience,
        helloMs: isForward ? patience : HELLO,
        signal: mine.signal,
        onConnect: () => {
          if (!isForward) clearTimeout(timer);
        },
      }).then(
        (socket) => {
          knocks.delete(mine);
          // Two may be answered in the same moment.
          if (mine.signal.aborted) {
            socket.destroy();
            return;
          }
          over();
          resolve(socket);
        },
        (reason: unknown) => {
          const error = reason as HvError;
          knocks.delete(mine);
          if (mine.signal.aborted) return;
          onFailure(error);
          // Another answer than before: things move.
          if (error.code !== answer) pause = PAUSE.first;
          answer = error.code;
          again(pause);
          pause = Math.min(pause * PAUSE.growth, PAUSE.longest);
        },
      );
    };

    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort);
    knock();
  });
}

function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host === 'localhost' : LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
