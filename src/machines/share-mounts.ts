import type { Driver, DriverMachine } from '../drivers/driver';
import { HvError } from '../errors';
import type { SshClient } from '../ssh/client';

/** In the guest's own time: a program of the kernel's may have to be loaded first. */
const PATIENCE_MS = 60_000;
/** Whoever logs in may become root as the image lets them; and what is mounted already is nobody's business. */
const AS_ROOT = `
is_there() { mountpoint -q "$guest" 2>/dev/null || grep -qF " $listed " /proc/mounts; }
guest=$1 listed=$2; shift 2
is_there && exit 0
if [ "$(id -u)" = 0 ]; then "$@"
elif command -v sudo >/dev/null; then sudo -n "$@"
else doas -n "$@"
fi || is_there`;

/**
 * A guest mounts its shared folders before it lets anybody in. One that has not is asked once more, and its answer is the reason:
 * nobody who asked for a folder finds an empty one in its place.
 */
export async function requireShares(
  driver: Driver,
  machine: DriverMachine,
  { client, signal }: { client: SshClient; signal: AbortSignal },
): Promise<void> {
  const { shares } = machine.spec;
  const type = shares.length > 0 ? driver.shareType?.(machine) : undefined;
  if (type === undefined) return;
  const { mountCommand, shareLines } = require('../images/share-mount') as typeof import('../images/share-mount');
  const { exec } = require('../ssh/exec') as typeof import('../ssh/exec');
  for (const line of shareLines(shares, type)) {
    const [, guest] = line;
    const words = ['-c', AS_ROOT, 'share', guest, asListed(guest), ...mountCommand(line)];
    const { status, stderr } = await exec(client, 'sh', words, { signal, timeoutMs: PATIENCE_MS });
    if (status !== 0) throw notMounted(machine, { guest, type, said: stderr.toString('utf8') });
  }
}

/** As the kernel writes a path into /proc/mounts; not every guest has the program mountpoint. */
function asListed(path: string): string {
  const escaped = (each: string): string => `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`;
  return path.replaceAll(/[ \\]/g, escaped);
}

export function isNotMounted(error: unknown): error is HvError {
  return HvError.is(error) && error.code === 'ERR_SHARE_NOT_MOUNTED';
}

function notMounted(
  { name, image }: DriverMachine,
  { guest, type, said }: { guest: string; type: string; said: string },
): HvError {
  const why = said.trim().replaceAll(/\s+/g, ' ') || 'it does not say why';
  return new HvError({
    code: 'ERR_SHARE_NOT_MOUNTED',
    message: `The guest of "${name}" does not mount ${guest}: ${why}`,
    hint: `The kernel of ${image?.name ?? 'the guest'} needs ${type}: take an image that has it, or leave out --share; hvkit scp copies files.`,
  });
}
