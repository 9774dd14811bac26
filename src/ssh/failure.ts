import { HvError } from '../errors';
import type { Place, SshTarget } from './target';

/** How far a connection came before it failed. @internal */
export type Stage = 'connect' | 'banner' | 'handshake' | 'login' | 'session';

const WAITED_FOR: Readonly<Record<Stage, string>> = {
  connect: 'nothing answered',
  banner: 'the connection was taken, but no ssh server said hello',
  handshake: 'the server said hello, but keys were not exchanged',
  login: 'the server had not let the user in',
  session: 'the server had opened no session',
};

/** @internal */
export function placeOf({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** @internal */
export function aborted(what: string, signal: AbortSignal): HvError {
  return new HvError({ code: 'ABORT_ERR', message: `${what} was aborted`, cause: signal.reason });
}

/** @internal */
export function timedOut(target: Place, stage: Stage, milliseconds: number): HvError {
  return new HvError({
    code: 'ERR_SSH_TIMEOUT',
    message: `ssh to ${placeOf(target)}: after ${(milliseconds / 1000).toFixed(1)} s ${WAITED_FOR[stage]}`,
    hint: 'The machine may still be starting, or its network may be down: look at its console.',
  });
}

/** Of a connection that never came to the server's hello. @internal */
export function notReached(target: Place, error: NodeJS.ErrnoException | undefined): HvError {
  const place = placeOf(target);
  const cause = error;
  switch (error?.code) {
    case undefined:
    case 'ECONNRESET':
    case 'EPIPE':
      return new HvError({
        code: 'ERR_SSH_RESET',
        message: `ssh to ${place}: the connection was closed before an ssh server said hello`,
        hint: 'Behind a forwarded port this means that nothing in the machine listens yet: is its ssh server up?',
        cause,
      });
    case 'ECONNREFUSED':
      return new HvError({
        code: 'ERR_SSH_REFUSED',
        message: `ssh to ${place}: nothing listens there`,
        hint: "Is the machine's ssh server up? Its console tells.",
        cause,
      });
    default:
      return new HvError({
        code: 'ERR_SSH_UNREACHABLE',
        message: `ssh to ${place}: ${error?.message ?? ''}`,
        hint: "Look at the machine's address, and at this host's routes.",
        cause,
      });
  }
}

/** @internal */
export function notLetIn(target: SshTarget, how: string): HvError {
  return new HvError({
    code: 'ERR_SSH_AUTH',
    message: `ssh to ${placeOf(target)}: the server does not let "${target.user}" in with ${how}`,
    hint: `The public key must stand in ~${target.user}/.ssh/authorized_keys of the machine, which only ${target.user} may write.`,
  });
}

/** @internal */
export function wrongHostKey(target: SshTarget, expected: string, got: string): HvError {
  return new HvError({
    code: 'ERR_SSH_HOST_KEY',
    message: `ssh to ${placeOf(target)}: the server shows another host key than the machine has: ${got} instead of ${expected}. Nothing was sent to it`,
    hint: 'Another machine may have taken the address or the port, or somebody is in between.',
  });
}

/** Between the server's hello and the login. @internal */
export function brokeOff(target: Place, stage: Stage, error: Error | undefined): HvError {
  return new HvError({
    code: 'ERR_SSH_PROTOCOL',
    message: `ssh to ${placeOf(target)}: the connection ended ${stage === 'login' ? 'while logging in' : 'while keys were exchanged'}${error ? `: ${error.message}` : ''}`,
    hint: "The log of the machine's ssh server says why.",
    cause: error,
  });
}

/** Of a connection that was up. @internal */
export function lost(target: SshTarget, error: Error | undefined): HvError {
  return new HvError({
    code: 'ERR_SSH_LOST',
    message: `The ssh connection to ${placeOf(target)} was lost${error ? `: ${error.message}` : ''}`,
    hint: 'The machine may have stopped or restarted, or its network is gone.',
    cause: error,
  });
}
