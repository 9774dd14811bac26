import { join } from 'node:path';

import { HvError } from '../../errors';
import type { DriverContext } from '../driver';
import type { Connections } from './connections';
import { isSilent } from './open';
import { sessionTarget } from './session';
import { isOurs } from './system';
import type { Target } from './target';

/** A system daemon of the host's own: what networks it has are there after a restart too. */
export type Choice = Target & { ofTheHost: boolean };

export const SYSTEM: Target = { kind: 'system', uri: 'qemu:///system', onDemand: false };

/** Which libvirt a new machine is on. The first that lets this user in: being in its group proves nothing. */
export async function chooseTarget(
  wanted: string | undefined,
  connections: Connections,
  context: DriverContext,
): Promise<Choice> {
  const { LIBVIRT_DEFAULT_URI: usual = '' } = context.env;
  const uri = wanted ?? (usual === '' ? undefined : usual);
  if (uri !== undefined) return givenTarget(uri, connections, context);
  try {
    return await systemTarget(connections);
  } catch (error) {
    // There is a daemon: to start one is no way out, and a session is not what was meant.
    if (isSilent(error)) throw error;
    const next = isRoot() ? { ...SYSTEM, onDemand: true } : sessionTarget(context.env);
    try {
      await connections.writer(next);
      return { ...next, ofTheHost: false };
    } catch (second) {
      throw unreachable([error, second]);
    }
  }
}

async function systemTarget(connections: Connections): Promise<Choice> {
  await connections.writer(SYSTEM);
  const ours = isRoot() && (await isOurs());
  return { ...SYSTEM, onDemand: ours, ofTheHost: !ours };
}

async function givenTarget(uri: string, connections: Connections, context: DriverContext): Promise<Choice> {
  const found = uri === 'embed' ? embedTarget(context) : classify(uri, context);
  await connections.writer(found);
  const ofTheHost = found.kind === 'system' && !(isRoot() && (await isOurs()));
  return { ...found, onDemand: found.onDemand || (found.kind === 'system' && !ofTheHost), ofTheHost };
}

function classify(uri: string, { env }: DriverContext): Target {
  const { protocol, host, pathname, searchParams } = URL.canParse(uri) ? new URL(uri) : unusable(uri);
  if (!/^qemu(\+\w+)?:$/.test(protocol)) return unusable(uri);
  if (pathname === '/embed') {
    return searchParams.get('root') === null ? unusable(uri) : { kind: 'embed', uri, onDemand: false };
  }
  const isLocal = host === '' && (protocol === 'qemu:' || protocol === 'qemu+unix:');
  if (!isLocal) return { kind: 'remote', uri, onDemand: false };
  if (pathname === '/system') return { kind: 'system', uri, onDemand: false };
  if (pathname !== '/session') return unusable(uri);
  if (isRoot()) {
    throw new HvError({
      code: 'ERR_KVM_URI',
      message: `${uri}: libvirt has no session for root`,
      hint: 'Use qemu:///system, or run this as an ordinary user.',
    });
  }
  return searchParams.has('socket') ? { ...sessionTarget(env), uri } : sessionTarget(env);
}

function unusable(uri: string): never {
  throw new HvError({
    code: 'ERR_KVM_URI',
    message: `"${uri}" is no connection to libvirt's QEMU driver`,
    hint: 'Such are qemu:///system, qemu:///session, qemu:///embed?root=/path, qemu+ssh://user@host/system, and the word embed.',
  });
}

/** libvirt without a daemon. Below a home directory root's QEMU, which runs as another user, could not read it. */
export function embedTarget({ home }: Pick<DriverContext, 'home'>): Target {
  const root = isRoot() ? join('/var/lib/hvkit', home.id) : join(home.path, 'libvirt');
  return { kind: 'embed', uri: `qemu:///embed?root=${encodeURIComponent(root)}`, onDemand: false };
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function unreachable(errors: readonly unknown[]): HvError {
  const reasons = errors.map((error) => (error instanceof Error ? error.message : String(error)));
  return new HvError({
    code: 'ERR_KVM_CONNECTION',
    message: `No libvirt can be reached. ${isRoot() ? 'The system' : "The system's"}: ${reasons[0] ?? ''}. ${isRoot() ? 'Started by hvkit' : "This user's session"}: ${reasons[1] ?? ''}`,
    hint: 'hvkit doctor',
    cause: errors[1],
  });
}
