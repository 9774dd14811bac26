import { HvError } from '../../errors';
import type { XhyveOptions } from './options';
import type { RunFiles } from './run-files';

/** macOS has room for so many bytes in the address of a socket, and hyperkit cuts off what is longer, or refuses it. */
const LONGEST = 103;

/** Whether nobody could call this path. */
export function isTooLong(path: string): boolean {
  return Buffer.byteLength(path) > LONGEST;
}

/** Refuses options whose sockets nobody could call. */
export function checkSockets({ vpnkitSocket, vsockPorts }: XhyveOptions, run: RunFiles): void {
  if (vpnkitSocket !== undefined && isTooLong(vpnkitSocket)) throw tooLong(vpnkitSocket);
  const port = run.port(0);
  if (vsockPorts !== undefined && isTooLong(port)) throw tooLong(port, 'HVKIT_HOME names another folder.');
}

function tooLong(path: string, hint?: string): HvError {
  return new HvError({ code: 'ERR_XHYVE_OPTION', message: `${path} is too long for a socket`, hint });
}
